import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PairingRequest } from "../ports/pairing.ts";
import { createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let hub: TestHub;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  hub = await createTestHub({ config: fakeConfig(', "profiles": { "work": { "servers": [] } }') });
});
afterEach(async () => {
  vi.useRealTimers();
  await hub.dispose();
});

const request = (changes: Partial<PairingRequest> = {}): PairingRequest => ({
  oauthClient: "oauth-1",
  issuer: "http://127.0.0.1:4780",
  process: { pid: 7, name: "claude", executable: "/usr/bin/claude", user: "ann" },
  processFrom: "registration",
  claimedName: "Claude Code",
  clientUrl: null,
  redirectUri: "http://127.0.0.1:9/cb",
  redirectHost: "127.0.0.1:9",
  warnings: [],
  ...changes,
});
const of = (pid: number, oauthClient = `oauth-${pid}`): PairingRequest =>
  request({ oauthClient, process: { pid, name: null, executable: null, user: null } });
const answer = (id: string, given: string, more: object = {}) =>
  hub.hub.callAs("operator", "questions.answer", { id, answer: given, ...more });

describe("the question of a client that wants to connect", () => {
  test("shows what the system says, what the client claims, and what it would see by profile", async () => {
    hub.hub.pairing.ask(request());
    expect(hub.hub.state.questions.list()).toMatchObject([
      {
        kind: "pair",
        title: "Allow “Claude Code” to connect?",
        warnings: [],
        pairing: {
          process: { pid: 7, executable: "/usr/bin/claude" },
          suggestedName: "claude-code",
          choices: [
            { profile: null, seen: { servers: ["fake"] } },
            { profile: "work", seen: { servers: [], tools: 0 } },
          ],
        },
      },
    ]);
  });

  test("says when it is not known, or only likely, which program asks", () => {
    hub.hub.pairing.ask(request({ process: null, processFrom: null }));
    hub.hub.pairing.ask(request({ oauthClient: "oauth-2", processFrom: "refused" }));
    expect(hub.hub.state.questions.list().map(({ warnings }) => warnings)).toEqual([
      ["The system does not tell which program asks."],
      [expect.stringContaining("likely the one that asks")],
    ]);
  });

  test("is denied when its time is over", async () => {
    const { verdict, question } = hub.hub.pairing.ask(request());
    vi.advanceTimersByTime(5 * 60_000);
    expect(await verdict).toEqual({ allowed: false });
    await expect(answer(question, "approve")).rejects.toMatchObject({ code: "not_found" });
    expect(hub.storage.audited.at(-1)).toMatch(/^hub pair\.deny .*nobody answered/);
  });

  test("is denied when whoever asked has gone, or the hub ends", async () => {
    const first = hub.hub.pairing.ask(request());
    first.withdraw();
    expect(await first.verdict).toEqual({ allowed: false });
    const second = hub.hub.pairing.ask(request());
    await hub.hub.stop();
    expect(await second.verdict).toEqual({ allowed: false });
  });

  test("is one for each program, and few in all", () => {
    hub.hub.pairing.ask(of(1));
    expect(() => hub.hub.pairing.ask(of(1, "another"))).toThrow("same program");
    for (const pid of [2, 3, 4, 5]) hub.hub.pairing.ask(of(pid));
    expect(() => hub.hub.pairing.ask(of(6))).toThrow("too many programs");
    expect(hub.hub.state.questions.list()).toHaveLength(5);
  });

  test("is not asked for a while after the person has refused the same program several times", async () => {
    for (let count = 0; count < 3; count += 1) await answer(hub.hub.pairing.ask(of(1)).question, "deny");
    expect(() => hub.hub.pairing.ask(of(1))).toThrow("refused this program several times");
    hub.hub.pairing.ask(of(2)).withdraw();
    vi.advanceTimersByTime(11 * 60_000);
    hub.hub.pairing.ask(of(1));
  });

  test("is approved by nobody but who may allow", async () => {
    const { question, verdict } = hub.hub.pairing.ask(request());
    const viewer = hub.hub.callAs("viewer", "questions.answer", { id: question, answer: "approve" });
    await expect(viewer).rejects.toMatchObject({ code: "forbidden" });
    await answer(question, "approve", { profile: "work", name: "mine" });
    const given = await verdict;
    expect(given.allowed && hub.hub.state.identities.byId(given.client)).toMatchObject({
      name: "mine",
      profile: "work",
      via: "pairing",
      claimedName: "Claude Code",
    });
    expect(
      hub.storage.audited.filter((line) => / (pair|question)\./.test(line) && !line.includes("refused")),
    ).toEqual([
      expect.stringMatching(/^client pair\.ask “Claude Code” of \/usr\/bin\/claude \(7\)/),
      expect.stringMatching(/^operator question\.approve/),
      expect.stringMatching(/^operator pair\.approve mine: “Claude Code”/),
    ]);
  });
});

test("a token admits to its place until its client is revoked, which takes all grants along", async () => {
  const { pairing, mcp, state } = hub.hub;
  const { question, verdict } = pairing.ask(request());
  await answer(question, "approve");
  const given = await verdict;
  if (!given.allowed) throw new Error("not allowed");
  const hash = createHash("sha256").update("secret").digest();
  const audience = { host: "127.0.0.1:4780", scope: { kind: "server", name: "fake" } } as const;
  pairing.tokenIssued({ hash, client: given.client, audience, expiresAt: Date.now() + 1_000 });
  const at = (host: string, scope: Parameters<typeof mcp.authenticate>[2]) =>
    mcp.authenticate("secret", host, scope)?.name;
  expect([
    at("127.0.0.1:4780", audience.scope),
    at("localhost:4780", audience.scope),
    at("127.0.0.1:4780", { kind: "all" }),
  ]).toEqual(["claude-code", undefined, undefined]);
  pairing.store.put({
    kind: "refresh",
    idHash: hash,
    issuer: "x",
    grantHash: null,
    client: given.client,
    payload: "{}",
    createdAt: 0,
    expiresAt: null,
  });
  await hub.hub.callAs("operator", "clients.revoke", { name: "claude-code" });
  expect(at("127.0.0.1:4780", audience.scope)).toBeUndefined();
  expect([pairing.isAlive(given.client), pairing.store.get("refresh", hash)]).toEqual([false, undefined]);
  expect(state.identities.find("claude-code")).toBeUndefined();
});

test("a token is over when its time is", async () => {
  const { pairing, mcp } = hub.hub;
  const { question, verdict } = pairing.ask(request());
  await answer(question, "approve");
  const given = await verdict;
  if (!given.allowed) throw new Error("not allowed");
  pairing.tokenIssued({
    hash: createHash("sha256").update("secret").digest(),
    client: given.client,
    audience: { host: "h:1", scope: { kind: "all" } },
    expiresAt: Date.now() + 1_000,
  });
  expect(mcp.authenticate("secret", "h:1", { kind: "all" })).toBeDefined();
  vi.advanceTimersByTime(1_001);
  expect(mcp.authenticate("secret", "h:1", { kind: "all" })).toBeUndefined();
});
