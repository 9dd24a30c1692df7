import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../../shared/model/run.ts";
import { lengthOf, withOlder } from "./words.ts";

const run = (id: number, from: number, to: number, more: Partial<RunSummary> = {}): RunSummary => ({
  id,
  client: "claude",
  session: "s",
  project: null,
  startedAt: new Date(from * 60_000).toISOString(),
  endedAt: new Date(to * 60_000).toISOString(),
  calls: 2,
  denied: 1,
  failed: 0,
  servers: ["files"],
  tools: [{ server: "files", name: "read", calls: 2 }],
  requestBytes: 10,
  resultBytes: 20,
  times: { queue: 1, consent: 2, upstream: 3, hub: 4 },
  openStart: false,
  ...more,
});

describe("older pages of runs", () => {
  it("put together what the end of a page had cut", () => {
    const newer = run(10, 100, 110, {
      openStart: true,
      tools: [{ server: "files", name: "write", calls: 1 }],
    });
    const older = run(3, 80, 95, { servers: ["github"] });
    expect(withOlder([newer], [older])).toEqual([
      run(3, 80, 110, {
        calls: 4,
        denied: 2,
        servers: ["github", "files"],
        tools: [
          { server: "files", name: "read", calls: 2 },
          { server: "files", name: "write", calls: 1 },
        ],
        requestBytes: 20,
        resultBytes: 40,
        times: { queue: 2, consent: 4, upstream: 6, hub: 8 },
      }),
    ]);
  });

  it.each([
    ["another session", run(3, 80, 95, { session: "t" })],
    ["another client", run(3, 80, 95, { client: "cursor" })],
    ["a pause between", run(3, 70, 85)],
  ])("leave %s apart", (_what, older) => {
    const newer = run(10, 100, 110, { openStart: true });
    expect(withOlder([newer], [older])).toEqual([newer, older]);
  });
});

describe("how long a run went on", () => {
  it.each([
    [0, 5, "5 min"],
    [0, 0.5, "30 s"],
    [0, 0.01, "< 1 s"],
    [0, 0, "< 1 s"],
  ])("from minute %d to %d is %j", (from, to, words) => {
    expect(lengthOf(run(1, from, to))).toBe(words);
  });
});
