import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import type { CallDetail } from "../../../shared/model/call.ts";
import type { ExportFormat } from "../../../shared/model/export.ts";
import type { CallLog } from "../ports/storage.ts";
import { exportPiece } from "./export.ts";
import { fixtureOf } from "./fixture.ts";
import { lineOfHarEntry } from "./har-back.ts";
import { importedRow } from "./import.ts";

const payload = (text: string) => ({ text, bytes: text.length, truncated: false });

function call(id: number, changes: Partial<CallDetail> = {}): CallDetail {
  return {
    id,
    startedAt: "2030-01-01T00:00:00.000Z",
    client: "claude",
    session: "s-1",
    server: "files",
    tool: "read",
    method: "tools/call",
    status: "ok",
    durationUs: 10_000,
    times: { queue: 1_000, consent: 2_000, upstream: 6_000, hub: 1_000 },
    requestBytes: 2,
    resultBytes: 2,
    profile: null,
    project: null,
    rule: null,
    request: payload('{"name":"read","arguments":{"id":12345678901234567890}}'),
    result: payload('{"content":[]}'),
    error: null,
    ...changes,
  };
}

/** A log of these calls, oldest first. */
function logOf(calls: readonly CallDetail[]): Pick<CallLog, "list" | "get"> {
  const newestFirst = [...calls].reverse();
  return {
    list: async (_filter, limit, before) => {
      const rest = newestFirst.filter(({ id }) => before === undefined || id < before);
      return { calls: rest.slice(0, limit), more: rest.length > limit };
    },
    get: async (id) => calls.find((each) => each.id === id),
  };
}

async function exported(
  calls: readonly CallDetail[],
  format: ExportFormat,
  most = Number.POSITIVE_INFINITY,
): Promise<string> {
  let text = "";
  let before: number | undefined;
  let limit = most;
  do {
    const piece = await exportPiece(logOf(calls), { filter: {}, format, before, limit }, "1.0.0");
    text += piece.text;
    limit -= piece.calls;
    before = piece.next ?? undefined;
  } while (before !== undefined);
  return text;
}

const many = Array.from({ length: 450 }, (_, index) => call(index + 1));

describe("an export", () => {
  it("of what a text finds says with each piece how far the search reached", async () => {
    const searched = { through: 40, of: 90 };
    const log = logOf([call(1)]);
    const piece = await exportPiece(
      { ...log, list: async (...given) => ({ ...(await log.list(...given)), searched }) },
      { filter: { search: "a" }, format: "csv", before: undefined },
      "1.0.0",
    );
    expect([piece.calls, piece.searched]).toEqual([1, searched]);
  });

  it("as JSONL has every call once, newest first, and every digit", async () => {
    const lines = (await exported(many, "jsonl")).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as CallDetail).id)).toEqual(
      many.map(({ id }) => id).reverse(),
    );
    expect(lines[0]).toContain('"id":12345678901234567890');
  });

  it("as JSONL is a line a call, whatever its payloads were laid out as", async () => {
    const laidOut = call(1, { request: payload('{\r\n  "name": "read",\n"arguments":{"text":"a\\nb"}}') });
    const [line = "", ...rest] = (await exported([laidOut], "jsonl")).split(/[\r\n]/);
    expect(rest).toEqual([""]);
    const { request } = importedRow(line);
    expect(JSON.parse(Buffer.from(request ?? []).toString())).toEqual({
      ...{ name: "read", arguments: { text: "a\nb" } },
    });
  });

  it("as HAR is one document over all pieces, whose timings add up", async () => {
    const { log } = JSON.parse(await exported(many, "har")) as {
      log: { version: string; entries: { time: number; timings: Record<string, number> }[] };
    };
    expect(log.version).toBe("1.2");
    expect(log.entries).toHaveLength(450);
    for (const { time, timings } of log.entries)
      expect(Object.values(timings).reduce((sum, part) => sum + Math.max(part, 0), 0)).toBe(time);
  });

  it("as HAR has messages that are JSON, also of payloads that were not kept, and takes none for one when it comes back", async () => {
    const unkept = { text: "", bytes: 39, truncated: false };
    const cut = { text: '{"na', bytes: 900, truncated: true };
    const { log } = JSON.parse(
      await exported([call(1, { request: cut, result: unkept, requestBytes: 900, resultBytes: 39 })], "har"),
    );
    const [entry] = log.entries;
    for (const text of [entry.request.postData.text, entry.response.content.text])
      expect(JSON.parse(text)).toMatchObject({ jsonrpc: "2.0", id: 1 });
    expect(importedRow(lineOfHarEntry(entry))).toMatchObject({
      ...{ request: null, result: null, error: null },
      sizes: { request: 900, result: 39, error: null },
    });
  });

  it("of at most so many calls ends there, as a whole document", async () => {
    const { log } = JSON.parse(await exported(many, "har", 250)) as { log: { entries: unknown[] } };
    expect(log.entries).toHaveLength(250);
    expect((await exported(many, "jsonl", 1)).trimEnd().split("\n")).toHaveLength(1);
    expect((await exported(many, "csv", 450)).trimEnd().split("\r\n")).toHaveLength(451);
  });

  it("of no calls is still a document", async () => {
    expect(JSON.parse(await exported([], "har")).log.entries).toEqual([]);
    expect(await exported([], "jsonl")).toBe("");
    expect((await exported([], "csv")).split("\r\n")).toHaveLength(2);
  });

  it("as CSV quotes what needs it, and disarms formulas", async () => {
    const [head, line] = (
      await exported([call(1, { tool: "=cmd()", client: 'a "b", c', result: payload("-1") })], "csv")
    ).split("\r\n");
    expect(head).toMatch(/^id,startedAt,client,/);
    expect(line).toContain(`,"a ""b"", c",s-1,files,'=cmd(),tools/call,`);
    expect(line).toMatch(/,'-1,,,$/);
    const disarmed = await exported([call(1, { tool: "＝1", client: "\n=1" })], "csv");
    expect(disarmed).toContain(`,"'\n=1",s-1,files,'＝1,`);
  });

  it("has the row of a call whose contents lie where the database is damaged, and ends at any other fault", async () => {
    const log = logOf(many);
    const faulty = (error: Error) => ({
      ...log,
      get: (id: number, max: number) => (id === 450 ? Promise.reject(error) : log.get(id, max)),
    });
    const ask = { filter: {}, format: "jsonl", before: undefined } as const;
    const damaged = new GatehouseError("storage_unusable", "database disk image is malformed");
    const { text, calls } = await exportPiece(faulty(damaged), ask, "1");
    expect(calls).toBe(200);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.find(({ id }) => id === 450)).toMatchObject({ request: null, result: null, error: null });
    expect(lines.find(({ id }) => id === 449).request).not.toBeNull();
    const lost = new GatehouseError("internal", "the worker ended");
    await expect(exportPiece(faulty(lost), ask, "1")).rejects.toBe(lost);
  });

  it("leaves out a call that retention has taken meanwhile, and goes on", async () => {
    const log = logOf(many);
    const gone = {
      ...log,
      get: async (id: number, max: number) => (id === 450 ? undefined : log.get(id, max)),
    };
    const piece = await exportPiece(gone, { filter: {}, format: "har", before: undefined }, "1");
    expect(piece).toMatchObject({ calls: 199, next: 251 });
    expect(piece.text).not.toContain("[,");
  });
});

describe("an import", () => {
  it("takes an exported line back, with its bytes, as an imported one", async () => {
    const row = importedRow(
      (await exported([call(7, { status: "error", error: payload('{"code":1}') })], "jsonl")).trim(),
    );
    expect(row).toMatchObject({
      startedAt: Date.UTC(2030, 0, 1),
      client: "claude",
      clientId: null,
      session: "imported/s-1",
      status: "error",
      upstreamUs: 6_000,
    });
    expect(Buffer.from(row.request ?? []).toString()).toBe(
      '{"name":"read","arguments":{"id":12345678901234567890}}',
    );
  });

  it("takes back what went on within a call, and how large its payloads were where they are not kept", () => {
    const line = (changes: object): string =>
      JSON.stringify({
        ...{ startedAt: "2030-01-01T00:00:00.000Z", method: "m", status: "ok", durationUs: 9 },
        ...{ times: { queue: 0, consent: 0, upstream: 9, hub: 0 }, ...changes },
      });
    const event = { at: 3, from: "server", kind: "notification", method: "x", bytes: 7, note: "1 of 2" };
    expect(importedRow(line({ events: [event], moreEvents: 4 })).events).toEqual({
      ...{ events: [event], more: 4 },
    });
    const many = importedRow(line({ events: Array.from({ length: 210 }, () => event) })).events;
    expect([many?.events.length, many?.more]).toEqual([200, 10]);
    expect(importedRow(line({ events: null })).events).toBeUndefined();
    for (const wrong of [
      { events: [{ ...event, at: -1 }] },
      { events: [{ ...event, note: "x".repeat(101) }] },
    ])
      expect(() => importedRow(line(wrong))).toThrow("events are not what goes on within a call");
    expect(importedRow(line({ requestBytes: 12, resultBytes: 34 })).sizes).toEqual({
      ...{ request: 12, result: 34, error: null },
    });
    expect(importedRow(line({ status: "denied", resultBytes: 34 })).sizes).toEqual({
      ...{ request: null, result: null, error: 34 },
    });
    expect(importedRow(line({ result: {}, resultBytes: 34, request: {}, requestBytes: 2 })).sizes).toEqual({
      ...{ request: null, result: null, error: null },
    });
  });

  it.each([
    ["not json", /JSON|expected/i],
    ['{"startedAt":"soon"}', "startedAt is no time"],
    ['{"startedAt":0}', "startedAt is no time"],
    ['{"startedAt":"2030-01-01","status":"fine"}', "status must be one of"],
    ['{"startedAt":"2030-01-01","status":"ok"}', "method is missing"],
    ['{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":-1}', "durationUs must be a whole"],
    [
      '{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":1e300}',
      "durationUs must be a whole",
    ],
    [
      `{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":1,"tool":"${"x".repeat(10_001)}"}`,
      "tool is longer than 10000 characters",
    ],
    [
      '{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":1,"times":{"queue":0,"consent":2,"upstream":0,"hub":0}}',
      "times.consent is longer",
    ],
    [
      '{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":1,"client":3}',
      "client must be text",
    ],
    [
      '{"startedAt":"2030-01-01","status":"ok","method":"m","durationUs":1,"times":3}',
      "times.consent must be",
    ],
  ])("refuses %s", (line, why) => {
    expect(() => importedRow(line)).toThrow(why);
  });
});

describe("a fixture", () => {
  it("leaves out what has no answer of the server, and says so", () => {
    const cut = { text: "{", bytes: 9, truncated: true };
    const { calls, problems, text } = fixtureOf(
      [
        call(5),
        call(1),
        call(2, { status: "denied", result: null }),
        call(3, { result: cut }),
        call(4, { server: null }),
        call(6, { result: null }),
      ],
      () => undefined,
      "2030-01-01T00:00:00.000Z",
    );
    expect(calls).toBe(2);
    expect(problems).toEqual([
      "call 2 is left out: it was denied, so there is no answer of the server",
      "call 3 is left out: its payload was not recorded whole",
      "call 4 is left out: it reached no server",
      "call 6 is left out: its answer was not recorded",
    ]);
    expect(JSON.parse(text).calls).toHaveLength(2);
  });
});
