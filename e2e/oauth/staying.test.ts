import { describe, expect, it } from "vitest";
import { type AuthHub, PATIENT } from "./hub.ts";
import { type Scene, scene } from "./scene.ts";

/** Lifetime of tokens, in seconds of the test's clock. */
const LIFETIME = 10;

/** Signed in, ready, with tokens that the server takes for as long as the test's clock says. */
async function signedIn(): Promise<Scene> {
  const opened = await scene({ lifetime: LIFETIME });
  const { hub, issuer, server } = opened;
  const until = new Map<string, number>();
  issuer.provider.on("grant.success", (ctx) => {
    const { access_token: token } = ctx.body as { access_token: string };
    until.set(token, hub.clock.now() + LIFETIME * 1_000);
  });
  server.accepts = (token) => hub.clock.now() < (until.get(token) ?? 0);
  await hub.signIn();
  await expect.poll(() => hub.state(), PATIENT).toBe("ready");
  return opened;
}

const needed = (hub: AuthHub) => hub.told.filter(({ name }) => name === "signInNeeded");

describe("staying signed in", () => {
  it("renews once at each of several expiries under 200 concurrent calls, and no call fails", async () => {
    await using s = await signedIn();
    const { hub, issuer, clock } = { ...s, clock: s.hub.clock };
    const session = await hub.hub.open();
    const before = issuer.tokenRequests.length;
    // A token runs out in one of three ways: seen in time by the hub's timer, found stale by the next call (the machine
    // slept), or refused by the server before its time.
    const ways = [
      () => clock.advance(LIFETIME * 1_000),
      () => clock.skip(LIFETIME * 1_000),
      () => {
        const newest = issuer.issued.at(-1);
        const { accepts } = s.server;
        s.server.accepts = (token) => token !== newest && accepts(token);
      },
    ];
    const expiries = [...ways, ...ways];
    for (const [round, expire] of expiries.entries()) {
      let done = 0;
      const answers = Array.from({ length: 200 }, async (_, a) => {
        const answer = await hub.call("web__add", { a, b: round }, session);
        done += 1;
        if (done === 100) expire();
        return answer;
      });
      expect(await Promise.all(answers)).toEqual(answers.map((_, a) => String(a + round)));
      // What comes after is sent with the new one, whichever way the old one went.
      expect(await hub.call("web__add", { a: 0, b: round }, session)).toBe(String(round));
      expect(issuer.tokenRequests.length - before).toBe(round + 1);
    }
    expect(issuer.tokenRequests.length - before).toBe(expiries.length);
    expect(needed(hub)).toEqual([]);
  });

  it("renews before a token runs out, while nobody calls", async () => {
    await using s = await signedIn();
    const before = s.issuer.tokenRequests.length;
    s.hub.clock.advance(LIFETIME * 800);
    await expect.poll(() => s.issuer.issued.length, PATIENT).toBe(2);
    expect(s.issuer.tokenRequests.length - before).toBe(1);
    await expect.poll(() => s.hub.clock.waiting, PATIENT).toBe(1);
  });

  it.each(["broken", "unplugged"] as const)(
    "keeps the grant while the issuer is %s: calls fail with words, and work again afterwards without the person",
    async (health) => {
      await using s = await signedIn();
      const { hub, issuer } = s;
      const kept = [...hub.secrets.values];
      issuer.health = health;
      hub.clock.skip(LIFETIME * 1_000);
      const failing = hub.call("web__add", { a: 1, b: 2 }).catch((error: Error) => error.message);
      // The tries within one renewal have pauses between them.
      for (let tries = issuer.tokenRequests.length; tries < 4; tries++) {
        await expect.poll(() => issuer.tokenRequests.length, PATIENT).toBe(tries);
        await expect.poll(() => hub.clock.waiting, PATIENT).toBeGreaterThan(0);
        hub.clock.advance(1_500);
      }
      expect(await failing).toMatch(/cannot be renewed just now: .*It is kept, and tried again/);
      const asked = issuer.tokenRequests.length;
      await expect(hub.call("web__add", { a: 1, b: 2 })).rejects.toThrow(/cannot be renewed just now/);
      expect(issuer.tokenRequests.length).toBe(asked);
      expect([...hub.secrets.values]).toEqual(kept);
      expect([hub.state(), (await hub.accounts())[0]?.state]).toEqual(["ready", "waiting"]);

      issuer.health = "well";
      hub.clock.advance(60_000);
      await expect.poll(() => issuer.issued.length, PATIENT).toBe(2);
      await expect.poll(async () => (await hub.accounts())[0]?.state, PATIENT).toBe("signed-in");
      expect(await hub.call("web__add", { a: 1, b: 2 })).toBe("3");
      expect(needed(hub)).toEqual([]);
    },
  );

  it("parks the server when the grant was revoked: one notification, no further request for a token", async () => {
    await using s = await signedIn();
    const { hub, issuer, server } = s;
    await issuer.revokeAll();
    const before = issuer.tokenRequests.length;
    const seen = server.authorized.length;
    const calls = await Promise.allSettled(
      Array.from({ length: 20 }, () => hub.call("web__add", { a: 1, b: 2 })),
    );
    expect(calls.map(({ status }) => status)).toEqual(calls.map(() => "rejected"));
    expect(hub.state()).toBe("needs-auth");
    expect(issuer.tokenRequests.length - before).toBe(1);
    expect(needed(hub)).toMatchObject([
      { data: { server: "web", account: "default", reason: expect.stringContaining("invalid_grant") } },
    ]);
    hub.clock.advance(3_600_000);
    await expect(hub.call("web__add", { a: 1, b: 2 })).rejects.toThrow(/sign in again/);
    await hub.hub.hub.callAs("operator", "servers.restart", { name: "web" });
    await expect.poll(() => hub.state(), PATIENT).toBe("needs-auth");
    expect([issuer.tokenRequests.length - before, needed(hub).length]).toEqual([1, 1]);
    // The server heard of each call at most once.
    expect(server.authorized.length - seen).toBeLessThanOrEqual(calls.length);
    expect([...hub.secrets.values.keys()]).toEqual([]);

    await hub.signIn();
    await expect.poll(() => hub.state(), PATIENT).toBe("ready");
    expect(await hub.call("web__add", { a: 1, b: 2 })).toBe("3");
  });

  it("writes a rotated grant before it uses it: what the store holds always works", async () => {
    await using s = await signedIn();
    const { hub, issuer, server } = s;
    const { set } = hub.secrets;
    const writing = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    hub.secrets.set = async (...args) => {
      writing.resolve();
      await may.promise;
      await set(...args);
    };
    hub.clock.skip(LIFETIME * 1_000);
    const call = hub.call("web__add", { a: 1, b: 2 });
    await writing.promise;
    // Got, and not yet written: nothing has been sent with it.
    const [, rotated = ""] = issuer.issued;
    expect(server.authorized).not.toContain(`Bearer ${rotated}`);
    may.resolve();
    expect(await call).toBe("3");
    expect(server.authorized.at(-1)).toBe(`Bearer ${rotated}`);
    expect([...hub.secrets.values.values()].join()).toContain(rotated);
  });

  it("tries again to write what could not be written, and asks the issuer for nothing in the meantime", async () => {
    await using s = await signedIn();
    const { hub, issuer } = s;
    const { set } = hub.secrets;
    hub.secrets.set = () => Promise.reject(new Error("the keychain is locked"));
    hub.clock.skip(LIFETIME * 1_000);
    await expect(hub.call("web__add", { a: 1, b: 2 })).rejects.toThrow(/the keychain is locked/);
    const asked = issuer.tokenRequests.length;
    hub.secrets.set = set;
    // Two seconds and a half: the first pause after a failure.
    hub.clock.advance(2_500);
    await expect.poll(async () => (await hub.accounts())[0]?.state, PATIENT).toBe("signed-in");
    expect(await hub.call("web__add", { a: 1, b: 2 })).toBe("3");
    expect(issuer.tokenRequests.length).toBe(asked);
  });
});
