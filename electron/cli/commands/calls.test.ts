import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import type { CallDetail } from "../../../shared/model/call.ts";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";

const cli = commandLine();
const { run } = cli;

const call = (id: number): CallDetail => ({
  id,
  startedAt: "2026-11-22T11:59:00.000Z",
  client: "me",
  session: "s",
  server: "files",
  tool: "read\u001b[2J",
  method: "tools/call",
  status: "ok",
  durationUs: 1_234,
  times: { queue: 1, consent: 0, upstream: 1_000, hub: 233 },
  requestBytes: 10,
  resultBytes: 10,
  profile: null,
  project: null,
  rule: null,
  request: { text: '{"n":12345678901234567890,"d":1.10,"b":1,"a":2}', bytes: 10, truncated: false },
  result: { text: '{"t":"\u202e"}', bytes: 10, truncated: false },
  error: null,
});

describe("calls", () => {
  const answers: Answers = (method, params) => {
    if (method === "calls.get") return call((params as { id: number }).id);
    const { limit, before = 1_000 } = params as { limit: number; before?: number };
    const ids = Array.from({ length: Math.min(limit, before - 1) }, (_, index) => before - 1 - index);
    return { calls: ids.map((id) => call(id)), more: ids.length > 0 };
  };

  it("with --json keeps every digit and the order of payloads", async () => {
    const { printed } = await run(["calls", "--json", "--limit", "2"], answers);
    expect(printed).toContain(
      '"request":{"n":12345678901234567890,"d":1.10,"b":1,"a":2},"result":{"t":"\\u202e"},"error":null}',
    );
    const { calls } = JSON.parse(printed);
    expect(calls.map((one: CallDetail) => one.id)).toEqual([999, 998]);
    const { request: _request, result: _result, ...rest } = call(999);
    expect(calls[0]).toMatchObject(rest);
  });

  it("with --json leaves out what was removed since it was listed", async () => {
    const { code, printed } = await run(["calls", "--json", "--limit", "3"], (method, params) => {
      if (method === "calls.get" && (params as { id: number }).id === 998)
        throw new GatehouseError("not_found", "there is no call 998 in the log");
      return answers(method, params);
    });
    expect(code).toBe(0);
    expect(JSON.parse(printed).calls.map((one: CallDetail) => one.id)).toEqual([999, 997]);
  });

  it("pages through a long history up to the limit", async () => {
    const { printed } = await run(["calls", "--json", "--limit", "450"], answers);
    expect(JSON.parse(printed).calls.map((one: CallDetail) => one.id)).toEqual(
      Array.from({ length: 450 }, (_, index) => 999 - index),
    );
    expect(
      cli.hub?.calls.filter(({ method }) => method === "calls.list").map(({ params }) => params),
    ).toEqual([
      { filter: {}, limit: 200 },
      { filter: {}, limit: 200, before: 800 },
      { filter: {}, limit: 50, before: 600 },
    ]);
  });

  it("hands its filters on", async () => {
    const options = (
      "--server s --tool t --client c --project /p* --environment prod --team core --status error --since 1h " +
      "--search x --limit 5"
    ).split(" ");
    await run(["calls", ...options], () => ({ calls: [], more: false }));
    expect(cli.hub?.calls[0]?.params).toEqual({
      filter: {
        server: "s",
        tool: "t",
        client: "c",
        project: "/p*",
        environment: "prod",
        team: "core",
        status: "error",
        search: "x",
        since: Date.parse("2026-11-22T11:00:00.000Z"),
      },
      limit: 5,
    });
  });

  it("tells a payload that was cut as one", async () => {
    const cut = { text: '{"a', bytes: 99, truncated: true };
    const { printed } = await run(["calls", "--json"], (method) =>
      method === "calls.get" ? { ...call(1), result: cut } : { calls: [call(1)], more: false },
    );
    expect(JSON.parse(printed).calls[0].result).toEqual(cut);
  });

  it("prints a table for a person", async () => {
    expect((await run(["calls", "--limit", "1"], answers)).printed).toBe(
      ` ID  WHEN       CLIENT  SERVER  WHAT           STATUS     TOOK
999  1 min ago  me      files   read\\u{1b}[2J  ok      1.23 ms
`,
    );
    expect(JSON.parse((await run(["calls", "--json", "--limit", "1"])).printed).calls).toHaveLength(1);
  });

  it("is an empty document when there are none", async () => {
    expect(JSON.parse((await run(["calls", "--json"], () => ({ calls: [], more: false }))).printed)).toEqual({
      calls: [],
    });
  });
});
