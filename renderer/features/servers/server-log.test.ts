import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../shared/model/server.ts";
import { createFakeConnection, createFakeSchedule } from "../../testing/fake-connection.ts";
import { createServerLog, LOG_LINES } from "./server-log.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const line = (at: number, text: string, more: Partial<LogLine> = {}): LogLine => ({
  at,
  stream: "stderr",
  text,
  ...more,
});

async function setUp(answer: (params: { before?: string; search?: string }) => unknown) {
  const connection = createFakeConnection({ "servers.log": answer });
  const { schedule, flush } = createFakeSchedule();
  const log = createServerLog(connection, "a", schedule);
  await settle();
  const texts = () => log.store.getState().lines.map(({ text }) => text);
  return { connection, log, flush, texts };
}

describe("a server's log", () => {
  it("adds lines of its own server only, and keeps a bounded number", async () => {
    const { connection, log, flush } = await setUp(() => ({ lines: [line(1, "first")], before: null }));
    connection.broadcast("serverLogged", { name: "b", lines: [line(1, "other")] });
    connection.broadcast("serverLogged", {
      name: "a",
      lines: Array.from({ length: LOG_LINES + 10 }, (_, index) => line(index, `${index}`)),
    });
    flush();
    const { lines } = log.store.getState();
    expect(lines).toHaveLength(LOG_LINES);
    expect(lines.at(-1)).toMatchObject({ text: `${LOG_LINES + 9}`, number: LOG_LINES + 11 });
  });

  it("shows what fits a filter, from the hub and as it comes, and nothing that an earlier filter brings late", async () => {
    let slow: (value: unknown) => void = () => {};
    const { connection, log, flush, texts } = await setUp(({ search }) => {
      if (search === "slow") return new Promise((resolve) => (slow = resolve));
      return { lines: [line(1, search === undefined ? "all" : `found ${search}`)], before: null };
    });
    log.setFilter({ search: "slow" });
    log.setFilter({ search: "needle" });
    await settle();
    slow({ lines: [line(1, "late slow")], before: null });
    await settle();
    connection.broadcast("serverLogged", {
      name: "a",
      lines: [line(2, "hay"), line(2, "x", { logger: "NEEDLE" })],
    });
    flush();
    expect(texts()).toEqual(["found needle", "x"]);
    expect(connection.calls.at(-1)?.params).toEqual({ name: "a", search: "needle", limit: 2_000 });
  });

  it("puts older lines before those it has, until there are none", async () => {
    const { connection, log, texts } = await setUp(({ before }) =>
      before === undefined
        ? { lines: [line(3, "c")], before: "3.1" }
        : { lines: [line(1, "a"), line(2, "b")], before: null },
    );
    log.loadOlder();
    log.loadOlder();
    await settle();
    expect(texts()).toEqual(["a", "b", "c"]);
    expect(log.store.getState().lines.map(({ number }) => number)).toEqual([-1, 0, 1]);
    expect(log.store.getState()).toMatchObject({ before: null, loadingOlder: false });
    log.loadOlder();
    await settle();
    expect(connection.calls).toHaveLength(2);
  });

  it("says what failed", async () => {
    const connection = createFakeConnection({});
    const log = createServerLog(connection, "a");
    await settle();
    expect(log.store.getState()).toMatchObject({
      failure: { message: "no answer for servers.log" },
      loaded: true,
    });
  });
});
