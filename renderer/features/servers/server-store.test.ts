import { describe, expect, it } from "vitest";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { createFakeConnection, createFakeSchedule } from "../../lib/fake-connection.ts";
import { createServerStore, LOG_LINES } from "./server-store.ts";

const detail: ServerDetail = {
  name: "a",
  state: "starting",
  transport: "stdio",
  enabled: true,
  tools: null,
  restarts: 0,
  lastError: null,
  pid: null,
  revision: null,
  callsToday: 0,
  retryAt: null,
  startedAt: null,
  noiseLines: 0,
  lateAnswers: 0,
  strayAnswers: 0,
  labels: {},
  prefix: "a",
  launch: { transport: "stdio", command: "x", args: [], cwd: null, url: null, envNames: [], headerNames: [] },
  toolList: [],
  problems: [],
};
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function setUp() {
  const connection = createFakeConnection({
    "servers.get": () => detail,
    "servers.log": () => ({ lines: [{ at: 1, stream: "stderr", text: "first" }] }),
  });
  const { schedule, flush } = createFakeSchedule();
  const page = createServerStore(connection, "a", schedule);
  await settle();
  return { connection, page, flush };
}

describe("a server's page", () => {
  it("fetches the details again when the server's state changes, not when it is merely called", async () => {
    const { connection, page, flush } = await setUp();
    const fetched = () => connection.calls.filter((call) => call.method === "servers.get").length;
    expect(fetched()).toBe(1);
    connection.broadcast("serverChanged", { ...detail, callsToday: 5 });
    flush();
    expect(fetched()).toBe(1);
    expect(page.store.getState().detail?.callsToday).toBe(5);
    connection.broadcast("serverChanged", { ...detail, state: "ready" });
    flush();
    expect(fetched()).toBe(2);
  });

  it("adds log lines of its own server only, and keeps a bounded number", async () => {
    const { connection, page, flush } = await setUp();
    connection.broadcast("serverLogged", { name: "b", lines: [{ at: 1, stream: "stderr", text: "other" }] });
    connection.broadcast("serverLogged", {
      name: "a",
      lines: Array.from({ length: LOG_LINES + 10 }, (_, index) => ({
        at: index,
        stream: "stderr" as const,
        text: `${index}`,
      })),
    });
    flush();
    const { lines } = page.store.getState();
    expect(lines).toHaveLength(LOG_LINES);
    expect(lines.at(-1)).toMatchObject({ text: `${LOG_LINES + 9}`, number: LOG_LINES + 11 });
  });

  it("says what failed", async () => {
    const connection = createFakeConnection({});
    const page = createServerStore(connection, "a");
    await settle();
    expect(page.store.getState()).toMatchObject({
      failure: { message: "no answer for servers.get" },
      logLoaded: true,
    });
  });
});
