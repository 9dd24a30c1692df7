import { expect, test } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import type { ServerSummary } from "../../../shared/model/server.ts";
import { createFakeServer, type FakeServer, RpcFailure } from "../testing/fake-transport.ts";
import { serverChecks } from "./checks/servers.ts";
import { type TrialDeps, tryStart } from "./trial.ts";

const config = serverConfigSchema.parse({ command: "server" });

function deps(server: FakeServer, change: Partial<TrialDeps> = {}): TrialDeps {
  return {
    transports: server.factory,
    resolveLaunch: async (name, config) => ({ name, config, env: {}, headers: {} }),
    version: "1",
    limitMs: 10_000,
    monotonic: () => 0,
    ...change,
  };
}
const known = { kind: "session" } as const;

test("a server that greets is well, and is ended again", async () => {
  const server = createFakeServer();
  const outcome = await tryStart(deps(server), { name: "a", config, known });
  expect(outcome).toEqual({ kind: "greeted", tookMs: 0, revision: "2025-11-25" });
  server.die();
  expect(server.opened).toHaveLength(1);
});

test("a server that dies of the question about its era is tried again without it", async () => {
  const server = createFakeServer();
  server.answer["server/discover"] = () => server.die();
  expect(await tryStart(deps(server), { name: "a", config, known: undefined })).toMatchObject({
    kind: "greeted",
  });
  expect(server.opened).toHaveLength(2);
});

test("a server that dies is told with the code and sentence of its end", async () => {
  const server = createFakeServer();
  server.answer.initialize = () => server.die({ code: "spawn_failed", message: "it is not executable" });
  expect(await tryStart(deps(server), { name: "a", config, known })).toEqual({
    kind: "ended",
    code: "spawn_failed",
    sentence: "it is not executable",
  });
});

test("a definition that cannot be filled in is told as it is", async () => {
  const server = createFakeServer();
  const resolveLaunch = () => Promise.reject(new Error("the secret key is not set"));
  expect(await tryStart(deps(server, { resolveLaunch }), { name: "a", config, known })).toEqual({
    kind: "ended",
    code: "not_startable",
    sentence: "the secret key is not set",
  });
  expect(server.opened).toEqual([]);
});

test("a server that never greets is given up when its time is over", async () => {
  const server = createFakeServer();
  server.answer.initialize = () => undefined;
  expect(await tryStart(deps(server, { limitMs: 20 }), { name: "a", config, known })).toEqual({
    kind: "late",
    stderr: [],
  });
});

test("a server that refuses the conversation is told with its own words", async () => {
  const server = createFakeServer();
  server.answer.initialize = () => new RpcFailure(-32603, "no licence");
  expect(await tryStart(deps(server), { name: "a", config, known })).toMatchObject({
    kind: "refused",
    sentence: expect.stringContaining("no licence"),
  });
});

const summary = (state: ServerSummary["state"]) => ({
  state,
  pid: 7,
  restarts: 1,
  startedAt: null,
  tools: 3,
});
const look = (server: FakeServer, state: ServerSummary["state"], change: Partial<TrialDeps> = {}) =>
  serverChecks([{ name: "a", config, summary: () => summary(state), known }], deps(server, change))[0]?.run();

test.each(["ready", "degraded", "starting"] as const)("a server that is %s is left alone", async (state) => {
  const server = createFakeServer();
  expect(await look(server, state)).toMatchObject({
    status: "ok",
    sentence: `it is ${state} (process 7, 3 tools, 1 restarts); it was left alone`,
  });
  expect(server.opened).toEqual([]);
});

test.each([
  ["ok", null, 400],
  ["warn", "start_slow", 12_000],
])("a stopped server that starts is %s (%s) after %i ms", async (status, code, took) => {
  let time = 0;
  const monotonic = () => {
    time += took;
    return time;
  };
  expect(await look(createFakeServer(), "stopped", { monotonic })).toMatchObject({ status, code });
});

test("a failed server is tried anew, and its end is the finding", async () => {
  const server = createFakeServer();
  server.answer.initialize = () => server.die({ code: "needs_auth", message: "it wants a login" });
  expect(await look(server, "failed")).toEqual({
    status: "warn",
    code: "needs_auth",
    sentence: "it wants a login",
    advice: null,
  });
});

test("a server that is switched off is not started", async () => {
  const server = createFakeServer();
  const off = { ...config, enabled: false };
  const [check] = serverChecks(
    [{ name: "a", config: off, summary: () => summary("disabled"), known }],
    deps(server),
  );
  expect(await check?.run()).toMatchObject({ status: "ok", sentence: "it is switched off" });
  expect(server.opened).toEqual([]);
});
