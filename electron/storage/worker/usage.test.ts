import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { CallRow, Storage } from "../../hub/ports/storage.ts";
import { append, type Home, makeHome } from "../fixtures/storage.ts";
import type { TextBytes } from "../rollup-reader.ts";
import { createUsageReader } from "./usage.ts";

const DAY = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY) * DAY;

describe("of recorded calls", () => {
  let home: Home;
  let storage: Storage;
  beforeEach(() => {
    home = makeHome();
    storage = home.open();
  });
  afterEach(() => home.dispose());

  const call = (changes: Partial<CallRow>, request: string, result: string) =>
    append(storage, {
      startedAt: TODAY,
      ...changes,
      request: Buffer.from(request),
      result: Buffer.from(result),
    });
  const usage = async () => {
    while ((await storage.metrics.series({ from: TODAY, to: TODAY, filter: {}, by: undefined })).behind > 0);
    return (await storage.metrics.usage({ from: TODAY - DAY, to: TODAY + DAY })).usage;
  };

  test("tokens are those of the texts, told apart by day and client, the newest first", async () => {
    // 2 tokens and 9, as tiktoken counts them.
    for (let i = 0; i < 3; i++) await call({ client: "ada" }, "hello world", "お誕生日おめでとう");
    await call({ client: "bob" }, "hello world", "お誕生日おめでとう");
    await call({ client: "ada", startedAt: TODAY - DAY + 1 }, "hello world", "お誕生日おめでとう");
    expect(await usage()).toEqual([
      { day: TODAY, client: "ada", calls: 3, argumentTokens: 6, resultTokens: 27 },
      { day: TODAY, client: "bob", calls: 1, argumentTokens: 2, resultTokens: 9 },
      { day: TODAY - DAY, client: "ada", calls: 1, argumentTokens: 2, resultTokens: 9 },
    ]);
  });

  test("an error is what the client reads in place of a result", async () => {
    await append(storage, {
      startedAt: TODAY,
      client: null,
      status: "error",
      request: Buffer.from("2 + 2 = 4"),
      result: null,
      error: Buffer.from("tiktoken is great!"),
    });
    expect(await usage()).toEqual([
      { day: TODAY, client: null, calls: 1, argumentTokens: 7, resultTokens: 6 },
    ]);
  });

  test("each tool's texts are as dense as its latest ones", async () => {
    // 11 bytes in 2 tokens, and 27 bytes in 9.
    await call({ tool: "english" }, "hello world", "hello world");
    await call({ tool: "japanese" }, "hello world", "お誕生日おめでとう");
    expect(await usage()).toEqual([
      { day: TODAY, client: "claude", calls: 2, argumentTokens: 4, resultTokens: 11 },
    ]);
  });

  test("of a request only the arguments count, and of a result what is no image, sound or file", async () => {
    const meta = {
      "io.modelcontextprotocol/clientCapabilities": { roots: {}, sampling: {}, elicitation: {} },
    };
    const image = { type: "image", data: "iVBORw0KGgo".repeat(40), mimeType: "image/png" };
    const say = (content: object[]) => JSON.stringify({ content });
    await call(
      { tool: "plain" },
      JSON.stringify({ arguments: { a: "hello world" } }),
      say([{ ...image, data: "" }]),
    );
    const [plain] = await usage();
    await call(
      { tool: "meta", startedAt: TODAY - 1 },
      JSON.stringify({ arguments: { a: "hello world" }, _meta: meta }),
      say([image]),
    );
    const [, same] = await usage();
    expect(same).toEqual({ ...plain, day: TODAY - DAY });
    expect(plain?.argumentTokens).toBeLessThan(10);
    expect(plain?.resultTokens).toBeLessThan(25);
  });

  test("a large image is no text, wherever its beginning was cut", async () => {
    await call(
      {},
      "{}",
      JSON.stringify({
        content: [
          { type: "text", text: "a picture" },
          { type: "image", data: "Ab3+".repeat(200_000) },
        ],
      }),
    );
    expect((await usage())[0]?.resultTokens).toBeLessThan(40);
  });

  test("a large result is looked into at its beginning, and counted whole by that", async () => {
    await call({}, "{}", "hello world\n".repeat(50_000));
    const [day] = await usage();
    // Three tokens a line.
    expect(day?.resultTokens).toBeGreaterThan(145_000);
    expect(day?.resultTokens).toBeLessThan(155_000);
  });
});

describe("of sums and samples", () => {
  const row = (changes: Partial<TextBytes> = {}): TextBytes => ({
    ...{ day: TODAY, client: "ada", server: "files", tool: "read" },
    ...{ calls: 1, requestBytes: 100, resultBytes: 1_000 },
    ...changes,
  });

  /** A reader over these sums; each text has one token for every two bytes. `texts` are the latest calls by tool. */
  const reader = (rows: readonly TextBytes[], texts: Readonly<Record<string, readonly string[]>>) => {
    const all = Object.entries(texts).flatMap(([tool, list]) => list.map((text) => ({ tool, text })));
    const list = vi.fn(async ({ tool }: { tool?: string }) => ({
      calls: all.flatMap((each, id) => (each.tool === tool ? [{ id }] : [])),
      more: false,
    }));
    const get = async (id: number) => ({
      request: { text: all[id]?.text, truncated: false },
      result: { text: all[id]?.text, truncated: false },
      error: null,
    });
    const usage = createUsageReader({ bytes: () => [...rows] }, { list, get } as never, {
      count: async (text) => Buffer.byteLength(text) / 2,
    });
    return { list, read: async () => (await usage.read(TODAY, TODAY)).usage };
  };

  test("a tool whose calls are gone is taken to be like the others on average", async () => {
    const { read } = reader([row(), row({ tool: "gone", resultBytes: 3_000 })], { read: ["abcdefgh"] });
    expect(await read()).toMatchObject([{ calls: 2, argumentTokens: 100, resultTokens: 2_000 }]);
  });

  test("without any text a token is four bytes", async () => {
    const { read } = reader([row()], {});
    expect(await read()).toMatchObject([{ argumentTokens: 25, resultTokens: 250 }]);
  });

  test("no calls are no tokens", async () => {
    expect(await reader([], {}).read()).toEqual([]);
  });

  test("a tool is looked into again only after ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { read, list } = reader([row()], { read: ["abcd"] });
    await read();
    await read();
    expect(list).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * 60_000);
    await read();
    expect(list).toHaveBeenCalledTimes(2);
  });

  test("of many tools those with the most bytes are looked into", async () => {
    const rows = Array.from({ length: 100 }, (_, i) => row({ tool: `t${i}`, resultBytes: i }));
    const { read, list } = reader(rows, {});
    await read();
    expect(list.mock.calls.map(([{ tool }]) => tool)).toEqual(
      Array.from({ length: 60 }, (_, i) => `t${99 - i}`),
    );
  });
});
