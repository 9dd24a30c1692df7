import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();

/** A hub that recorded one tool call with these arguments, and whose tools all answer. */
const recorded =
  (given: object): Answers =>
  (method) => {
    if (method === "calls.make")
      return { id: 2, status: "ok", answer: '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}' };
    const text = JSON.stringify({ name: "x", arguments: given });
    return {
      ...{ id: 1, startedAt: "2030-01-01T00:00:00.000Z", client: "ada", session: null, server: "files" },
      ...{
        tool: "write",
        method: "tools/call",
        status: "ok",
        durationUs: 1,
        requestBytes: 1,
        resultBytes: 0,
      },
      ...{ times: { queue: 0, consent: 0, upstream: 0, hub: 1 }, profile: null, project: "/p", rule: null },
      ...{ request: { text, bytes: text.length, truncated: false }, result: null, error: null },
    };
  };
const sent = () => cli.hub?.calls.filter(({ method }) => method === "calls.make").map(({ params }) => params);

describe("calls replay", () => {
  it("sends the recorded arguments, and the project, as they are", async () => {
    const { code } = await cli.run(["calls", "replay", "1"], recorded({ path: "a", n: 1 }));
    expect(code).toBe(0);
    expect(sent()).toMatchObject([
      { server: "files", tool: "write", arguments: '{"path":"a","n":1}', project: "/p" },
    ]);
  });

  it.each(["[redacted]", "Bearer [secret:files/token-1]"])(
    "does not send a mark that stands for what was not kept: %s",
    async (text) => {
      const { code, failed } = await cli.run(["calls", "replay", "1"], recorded({ path: "a", text }));
      expect(code).toBe(1);
      expect(failed).toContain("marks in place of secrets");
      expect(sent()).toEqual([]);
      const given = await cli.run(["calls", "replay", "1", "--arguments", `{"text":"${text}"}`]);
      expect(given.code).toBe(0);
      expect(sent()).toMatchObject([{ arguments: `{"text":"${text}"}` }]);
    },
  );
});
