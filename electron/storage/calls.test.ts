import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallQueryFilter, Storage } from "../hub/ports/storage.ts";
import { append, callRow, type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
let storage: Storage;
beforeEach(() => {
  home = makeHome();
  storage = home.open();
});
afterEach(() => home.dispose());

/** Closes and opens again: the worker sums up the full blocks as it starts. */
async function reopen(): Promise<void> {
  await storage.close();
  storage = home.open();
}

/** A filter as the hub hands it on; a client is sought by its name alone unless `ids` are given. */
type Sought = Omit<CallQueryFilter, "client"> & { readonly client?: string; readonly ids?: string[] };

const ids = async (
  { client, ids: clientIds = [], ...rest }: Sought,
  limit = 10_000,
  before?: number,
): Promise<number[]> => {
  const filter = {
    ...rest,
    ...(client === undefined ? {} : { client: { names: [client], ids: clientIds } }),
  };
  return (await storage.calls.list(filter, limit, before)).calls.map(({ id }) => id);
};

test("a call comes back as it was written", async () => {
  const id = await append(storage, {
    status: "error",
    profile: "work",
    project: "/home/me/project",
    rule: "3",
    result: null,
    error: Buffer.from('{"code":-32000,"message":"no"}'),
  });
  const summary = {
    id,
    startedAt: "2030-01-01T00:00:00.000Z",
    client: "claude",
    session: "s-1",
    server: "files",
    tool: "read",
    method: "tools/call",
    status: "error",
    durationUs: 1_000,
    times: { queue: 100, consent: 200, upstream: 600, hub: 100 },
    requestBytes: 15,
    resultBytes: 30,
    profile: "work",
    project: "/home/me/project",
    rule: "3",
  };
  expect(await storage.calls.list({}, 10, undefined)).toEqual({ calls: [summary], more: false });
  expect(await storage.calls.get(id, 1_000)).toEqual({
    ...summary,
    request: { text: '{"name":"read"}', bytes: 15, truncated: false },
    result: null,
    error: { text: '{"code":-32000,"message":"no"}', bytes: 30, truncated: false },
  });
  expect(await storage.calls.get(id + 1, 1_000)).toBeUndefined();
});

test("a call without names and payloads comes back with nulls", async () => {
  const nothing = { clientId: null, client: null, session: null, server: null, tool: null };
  const id = await append(storage, { ...nothing, request: null, result: Buffer.alloc(0), error: null });
  expect(await storage.calls.get(id, 10)).toMatchObject({
    client: null,
    session: null,
    server: null,
    tool: null,
    request: null,
    result: { text: "", bytes: 0, truncated: false },
    error: null,
  });
});

test("the parts of a payload may be views of a larger buffer", async () => {
  const message = new TextEncoder().encode('{"id":1,"params":{"a":1},"more":true}');
  const id = await append(storage, { request: message.subarray(17, 24) });
  expect((await storage.calls.get(id, 100))?.request?.text).toBe('{"a":1}');
});

test("a payload is cut at whole characters", async () => {
  const id = await append(storage, { result: Buffer.from('"aé€😀"') });
  const texts = [];
  for (const limit of [0, 2, 3, 4, 6, 7, 10, 11, 12])
    texts.push((await storage.calls.get(id, limit))?.result);
  const cut = (text: string) => ({ text, bytes: 12, truncated: true });
  expect(texts).toEqual([
    cut(""),
    cut('"a'),
    cut('"a'),
    cut('"aé'),
    cut('"aé'),
    cut('"aé€'),
    cut('"aé€'),
    cut('"aé€😀'),
    { text: '"aé€😀"', bytes: 12, truncated: false },
  ]);
});

describe("large payloads", () => {
  test.each([
    ["300 KB that compress", Buffer.alloc(300 * 1024, '{"key":"value"},')],
    ["300 KB that do not", Buffer.from(randomBytes(225 * 1024).toString("base64"))],
    ["5 MB", Buffer.from(randomBytes(3_750_000).toString("base64"))],
    [
      "30 MB",
      Buffer.concat([
        Buffer.from(randomBytes(15_000_000).toString("base64")),
        Buffer.alloc(9_999_999, "é€😀"),
      ]),
    ],
  ])("%s come back byte for byte", async (_, bytes) => {
    const outer = Buffer.concat([Buffer.from("before"), bytes, Buffer.from("after")]);
    const id = await append(storage, {
      request: Buffer.from('{"small":1}'),
      result: outer.subarray(6, 6 + bytes.byteLength),
      error: bytes.byteLength < 6_000_000 ? bytes : null,
    });
    const detail = await storage.calls.get(id, 64 * 1024 * 1024);
    expect(detail?.request?.text).toBe('{"small":1}');
    expect(detail?.result).toMatchObject({ bytes: bytes.byteLength, truncated: false });
    expect(Buffer.from(detail?.result?.text ?? "").equals(bytes)).toBe(true);
    expect(await storage.calls.get(id, 1_000)).toMatchObject({
      result: { text: bytes.toString("utf8", 0, 1_000), bytes: bytes.byteLength, truncated: true },
    });
    expect(outer.subarray(0, 6).toString()).toBe("before");
  });

  test("a small call does not wait for a large one", async () => {
    const order: string[] = [];
    const large = append(storage, { result: Buffer.alloc(20_000_000, "x") }).then(() => order.push("large"));
    const small = append(storage).then(() => order.push("small"));
    await Promise.all([large, small]);
    expect(order).toEqual(["small", "large"]);
  });

  test("small calls are stored in order while large ones are on their way", async () => {
    const large = Promise.all(
      [1, 2, 3].map((i) => append(storage, { tool: "large", result: randomBytes(5_000_000 + i) })),
    );
    const small: number[] = [];
    for (let i = 0; i < 200; i++) small.push(await append(storage, { tool: "small" }));
    const all = [...small, ...(await large)];
    expect(new Set(all).size).toBe(203);
    expect(await ids({ tool: "small" })).toEqual(small.toReversed());
    expect(await ids({})).toEqual(all.sort((a, b) => b - a));
  });
});

test("calls of one turn are committed together and reported in order", async () => {
  const reported: number[] = [];
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 50; i++)
      storage.calls.append(callRow(), (_, id) => {
        reported.push(id);
        if (reported.length === 50) resolve();
      });
    expect(reported).toEqual([]);
  });
  expect(reported).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
});

test("when a group cannot be written each of its calls is told, and the next group is written", async () => {
  const errors: (Error | undefined)[] = [];
  await new Promise<void>((resolve) => {
    storage.calls.append(callRow({ server: "new", tool: "new" }), (error) => errors.push(error));
    storage.calls.append(callRow({ durationUs: Number.NaN }), (error) => {
      errors.push(error);
      resolve();
    });
  });
  expect(errors).toEqual([expect.any(Error), expect.any(Error)]);
  await append(storage, { server: "new", tool: "new" });
  expect((await storage.calls.list({}, 10, undefined)).calls).toMatchObject([{ server: "new", tool: "new" }]);
  expect(home.messages).toMatchObject([
    expect.stringContaining("error: 2 records could not be written"),
    expect.stringContaining("info: records are written"),
  ]);
});

test("a listener that throws keeps no other from being told", async () => {
  storage.calls.append(callRow(), () => {
    throw new Error("mine");
  });
  expect(await append(storage)).toBe(2);
  expect(home.messages).toEqual(["error: a listener for a commit failed: mine"]);
});

describe("lists", () => {
  test("pages follow each other without gaps and end with more: false", async () => {
    for (let i = 0; i < 25; i++) await append(storage);
    const pages = [];
    let before: number | undefined;
    for (;;) {
      const { calls, more } = await storage.calls.list({}, 10, before);
      pages.push(calls.map(({ id }) => id));
      if (!more) break;
      before = calls.at(-1)?.id;
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i));
    expect(await storage.calls.list({}, 25, undefined)).toMatchObject({ more: false });
    expect(await storage.calls.list({}, 10, 1)).toEqual({ calls: [], more: false });
  });

  test("filters are exact, or patterns with stars, and go together", async () => {
    await append(storage, { server: "files", tool: "read_text", client: "claude" });
    await append(storage, { server: "files", tool: "read_[x]", client: "cursor", status: "tool_error" });
    await append(storage, { server: "git", tool: "read_text", client: "cursor", status: "denied" });
    await append(storage, { server: null, tool: null, client: null, method: "initialize" });
    const table: [Sought, number[]][] = [
      [{}, [4, 3, 2, 1]],
      [{ server: "files" }, [2, 1]],
      [{ server: "file" }, []],
      [{ server: "f*" }, [2, 1]],
      [{ server: "*" }, [3, 2, 1]],
      [{ tool: "read_*" }, [3, 2, 1]],
      [{ tool: "*_text" }, [3, 1]],
      [{ tool: "READ_*" }, []],
      [{ tool: "read_[x]" }, [2]],
      [{ tool: "read_[x*" }, [2]],
      [{ tool: "read_?ext*" }, []],
      [{ client: "cursor" }, [3, 2]],
      [{ client: "cursor", tool: "*_text" }, [3]],
      [{ client: "claude", server: "git" }, []],
      [{ status: "ok" }, [4, 1]],
      [{ status: "denied" }, [3]],
      [{ status: "timeout" }, []],
      [{ status: "tool_error", client: "c*" }, [2]],
    ];
    for (const [filter, expected] of table)
      expect(await ids(filter), JSON.stringify(filter)).toEqual(expected);
  });

  test("a renamed client's calls are found by its id, and those of labelled servers and clients together", async () => {
    await append(storage, { server: "files", client: "old", clientId: "c-1", project: "/home/a" });
    await append(storage, { server: "git", client: "new", clientId: "c-1", project: "/home/b" });
    await append(storage, { server: "git", client: "other", clientId: "c-2", project: null });
    const prod = { servers: ["files", "unheard-of"], clientIds: ["c-2"] };
    const table: [Sought, number[]][] = [
      [{ client: "new" }, [2]],
      [{ client: "new", ids: ["c-1"] }, [2, 1]],
      [{ client: "unheard-of", ids: ["c-2"] }, [3]],
      [{ client: "unheard-of", ids: ["c-9"] }, []],
      [{ project: "/home/*" }, [2, 1]],
      [{ project: "/home/b", client: "new", ids: ["c-1"] }, [2]],
      [{ parties: [prod] }, [3, 1]],
      [{ parties: [prod, { servers: ["git"], clientIds: [] }] }, [3]],
      [{ parties: [{ servers: [], clientIds: [] }] }, []],
      [{ parties: [prod], server: "git" }, [3]],
    ];
    for (const [filter, expected] of table)
      expect(await ids(filter), JSON.stringify(filter)).toEqual(expected);
  });

  test("filters and times find the same calls through the blocks as one by one", async () => {
    const start = Date.UTC(2030, 0, 1);
    const rows = Array.from({ length: 5_000 }, (_, i) => ({
      // Mostly in order; some calls took long, and once the clock was set back by an hour.
      startedAt: start + i * 1_000 - (i % 89 === 0 ? 1_800_000 : 0) - (i > 2_500 ? 3_600_000 : 0),
      server: i < 1_100 ? "early" : i % 3 === 0 ? "files" : "git",
      tool: i === 1_500 || i === 3_333 || i === 4_990 ? "rare" : `tool-${i % 7}`,
      client: i % 2_000 === 1_500 ? "visitor" : "claude",
      clientId: i % 2_000 === 1_500 ? "c-9" : "c-1",
      project: i === 2_222 ? "/home/a" : null,
    }));
    await Promise.all(rows.map((row) => append(storage, row)));
    await reopen();
    const expected = (keep: (row: (typeof rows)[number]) => boolean): number[] =>
      rows.flatMap((row, i) => (keep(row) ? [i + 1] : [])).reverse();
    for (const minute of [-60, 0, 10, 30, 41, 42, 70, 83, 84, 200]) {
      const since = start + minute * 60_000;
      expect(await ids({ since }), `since minute ${minute}`).toEqual(
        expected((row) => row.startedAt >= since),
      );
      expect(await ids({ since, server: "files" })).toEqual(
        expected((row) => row.startedAt >= since && row.server === "files"),
      );
      const counts = storage.calls.countSince(since);
      for (const server of ["early", "files", "git"])
        expect(counts.get(server) ?? 0).toBe(
          expected((row) => row.startedAt >= since && row.server === server).length,
        );
    }
    expect(await ids({ tool: "rare" })).toEqual([4_991, 3_334, 1_501]);
    expect(await ids({ tool: "rare" }, 1, 3_335)).toEqual([3_334]);
    expect(await ids({ tool: "rare", client: "visitor" })).toEqual([1_501]);
    expect(await ids({ server: "early", tool: "rare" })).toEqual([]);
    expect(await ids({ server: "early" }, 5)).toEqual([1_100, 1_099, 1_098, 1_097, 1_096]);
    expect(await ids({ tool: "tool-*", client: "visitor" })).toEqual([3_501]);
    expect(await ids({ client: "unheard-of", ids: ["c-9"] })).toEqual([3_501, 1_501]);
    expect(await ids({ project: "/home/*" })).toEqual([2_223]);
    const parties = [{ servers: ["early"], clientIds: ["c-9"] }];
    expect(await ids({ parties, tool: "tool-*" }, 3)).toEqual([3_501, 1_100, 1_099]);
  });
});

test("calls that fit are counted range by range, exactly, whatever has come and gone", async () => {
  const start = Date.UTC(2030, 0, 1);
  const rows = Array.from({ length: 3_000 }, (_, i) => ({
    startedAt: start + i * 1_000,
    server: i % 3 === 0 ? "files" : "git",
    tool: i === 700 || i === 2_900 ? "rare" : "often",
    durationUs: i,
    status: i % 100 === 7 ? ("error" as const) : ("ok" as const),
  }));
  await Promise.all(rows.map((row) => append(storage, row)));
  const filters = [
    {},
    { server: "files" },
    { tool: "rare" },
    { server: "nobody" },
    { status: "error" as const, not: { server: "git" } },
    { since: start + 1_000_500, until: start + 2_000_500 },
    { minDurationUs: 600, maxDurationUs: 1_500, tool: "oft*" },
  ];
  const check = async (): Promise<void> => {
    for (const filter of filters) {
      const found = await ids(filter);
      const { span, ranges, counts, newest } = await storage.calls.count(filter);
      const expected = new Map<number, number>();
      for (const id of found)
        expected.set(Math.floor(id / span), (expected.get(Math.floor(id / span)) ?? 0) + 1);
      expect(
        ranges.map((range, index) => [range, counts[index]]),
        JSON.stringify(filter),
      ).toEqual([...expected]);
      expect(newest).toBe(3_000);
    }
  };
  await check();
  await reopen();
  await check();
});

test("an empty log counts nothing", async () => {
  expect(await storage.calls.count({})).toEqual({ span: 512, ranges: [], counts: [], newest: 0 });
});

test("counts of a day go on as calls are stored", async () => {
  const since = Date.UTC(2030, 0, 1);
  await append(storage, { server: "files" });
  expect(storage.calls.countSince(since)).toEqual(new Map([["files", 1]]));
  await append(storage, { server: "files" });
  await append(storage, { server: "git", result: Buffer.alloc(5_000_000, "x") });
  await append(storage, { server: "git", startedAt: since - 1 });
  await append(storage, { server: null });
  expect(storage.calls.countSince(since)).toEqual(
    new Map([
      ["files", 2],
      ["git", 1],
    ]),
  );
  expect(storage.calls.countSince(since + 1)).toEqual(new Map());
});

describe("search", () => {
  test("finds text in the request, the result and the error, whatever its case", async () => {
    await append(storage, { request: Buffer.from('{"q":"Straße nach Zürich"}') });
    await append(storage, { result: Buffer.from('{"text":"ΟΔΟΣ and 東京"}') });
    await append(storage, {
      result: null,
      error: Buffer.from('{"message":"Disk FULL on C:\\\\temp, said \\"no\\""}'),
    });
    const table: [string, number[]][] = [
      ["zürich", [1]],
      ["ZÜRICH", [1]],
      ["οδοσ", [2]],
      ["οδος", [2]],
      ["東", [2]],
      ["disk full", [3]],
      ["C:\\temp", [3]],
      ['said "no"', [3]],
      ["absent", []],
      ["", [3, 2, 1]],
      ["%", []],
      ["e", [3, 2, 1]],
    ];
    for (const [search, expected] of table) expect(await ids({ search }), search).toEqual(expected);
  });

  test("goes with filters, limits and pages", async () => {
    for (let i = 0; i < 600; i++)
      await append(storage, {
        tool: i % 2 === 0 ? "even" : "odd",
        result: Buffer.from(`{"n":${i % 5 === 0 ? '"needle"' : i}}`),
      });
    const first = await storage.calls.list({ search: "NEEDLE", tool: "even" }, 3, undefined);
    expect(first.more).toBe(true);
    expect(first.calls.map(({ id }) => id)).toEqual([591, 581, 571]);
    expect(await ids({ search: "needle", tool: "even" }, 2, 21)).toEqual([11, 1]);
    expect(await ids({ search: "needle" })).toHaveLength(120);
  });

  test("reads compressed payloads, and matches across the pieces of large ones", async () => {
    const filler = randomBytes(200_000).toString("base64");
    await append(storage, { result: Buffer.from(`${filler}${filler}Needle${filler}`) });
    let large = "";
    while (large.length < 12_000_000) large += `${filler}ééNeedleéé`;
    await append(storage, {
      result: Buffer.from(large.replaceAll("Needle", "other").concat("NEEDLEé at the end")),
    });
    await append(storage, { result: Buffer.from("x".repeat(5_000_000)) });
    expect(await ids({ search: "needle" })).toContain(1);
    expect(await ids({ search: "éneedleéé" })).toEqual([]);
    expect(await ids({ search: "éotheré" })).toEqual([2]);
    expect(await ids({ search: "needleÉ AT the" })).toEqual([2]);
    expect((await ids({ search: "needle" })).sort()).toEqual([1, 2]);
  });
});

test("a list that is running while the storage closes fails and does not hold it up", async () => {
  for (let i = 0; i < 50; i++) void append(storage, { result: randomBytes(200_000) });
  await append(storage);
  const search = expect(storage.calls.list({ search: "no such text" }, 10, undefined)).rejects.toThrow(
    "closing",
  );
  await storage.close();
  await search;
});
