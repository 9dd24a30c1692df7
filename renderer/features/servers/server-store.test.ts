import { describe, expect, it } from "vitest";
import { NO_USAGE } from "../../../shared/model/health.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { createFakeConnection, createFakeSchedule } from "../../testing/fake-connection.ts";
import { createServerStore } from "./server-store.ts";

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
  startupMs: null,
  ...NO_USAGE,
  prefix: "a",
  launch: { transport: "stdio", command: "x", args: [], cwd: null, url: null, envNames: [], headerNames: [] },
  toolList: [],
  problems: [],
};
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function setUp() {
  const connection = createFakeConnection({
    "servers.get": () => detail,
    "servers.log": () => ({ lines: [{ at: 1, stream: "stderr", text: "first" }], before: null }),
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
    await settle();
    const warning = { code: "cpu_over_limit", message: "too much", advice: null };
    connection.broadcast("serverChanged", { ...detail, warnings: [warning] });
    flush();
    expect(fetched()).toBe(3);
  });

  it("says what failed", async () => {
    const connection = createFakeConnection({});
    const page = createServerStore(connection, "a");
    await settle();
    expect(page.store.getState()).toMatchObject({
      failure: { message: "no answer for servers.get" },
    });
  });
});
