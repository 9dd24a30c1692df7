import { describe, expect, it } from "vitest";
import { type GrantCall, Grants, type HeldGrant, HOUR_MS, IDLE_MS, ONCE_MS } from "./grants.ts";

const grant = (over: Partial<HeldGrant> = {}): HeldGrant => ({
  id: "g1",
  client: "c",
  clientName: "claude",
  scope: "session",
  session: "s",
  sessionLabel: "s-1",
  rule: { server: "files", decision: "allow" },
  hash: null,
  askedBy: "consent.default",
  words: "files",
  grantedAt: 0,
  expiresAt: null,
  idles: false,
  uses: 0,
  lastUsedAt: null,
  ...over,
});

const call = (over: Partial<GrantCall> = {}): GrantCall => ({
  client: "c",
  session: "s",
  askedBy: "consent.default",
  hash: () => "h",
  covers: () => true,
  ...over,
});

const holding = (...grants: HeldGrant[]): Grants => {
  const held = new Grants();
  for (const each of grants) held.add(each);
  return held;
};

describe("a grant", () => {
  it.each<[string, Partial<HeldGrant>, Partial<GrantCall>, boolean]>([
    ["answers a call that it covers", {}, {}, true],
    ["is its client's alone", {}, { client: "other" }, false],
    ["is its session's alone", {}, { session: "other" }, false],
    ["for an hour holds in any session", { session: null, scope: "hour" }, { session: "other" }, true],
    ["answers nothing that asks for another reason", {}, { askedBy: "rules[0]" }, false],
    ["covers what its rule covers", {}, { covers: () => false }, false],
    ["of one call is for the identical one", { hash: "h", scope: "once" }, {}, true],
    ["of one call is for no other", { hash: "h", scope: "once" }, { hash: () => "other" }, false],
  ])("%s", (_what, held, asked, passes) => {
    expect(holding(grant(held)).use(call(asked), 1) !== undefined).toBe(passes);
  });

  it("of one call is used up by it", () => {
    const grants = holding(grant({ scope: "once", hash: "h" }));
    expect(grants.use(call(), 1)).toBeDefined();
    expect(grants.use(call(), 1)).toBeUndefined();
  });

  it("counts its uses", () => {
    const grants = holding(grant());
    grants.use(call(), 5);
    grants.use(call(), 7);
    expect(grants.list(8)).toMatchObject([{ uses: 2, lastUsedAt: 7 }]);
  });

  it.each([
    ["a late allow after ten minutes", { scope: "once", hash: "h", expiresAt: ONCE_MS } as const, ONCE_MS],
    ["one for an hour after the hour", { scope: "hour", expiresAt: HOUR_MS } as const, HOUR_MS],
    ["one of a stateless client after an idle hour", { idles: true } as const, IDLE_MS],
  ])("ends: %s", (_what, over, end) => {
    expect(holding(grant(over)).use(call(), end - 1)).toBeDefined();
    expect(holding(grant(over)).use(call(), end)).toBeUndefined();
  });

  it("of a stateless client goes on while it is used", () => {
    const grants = holding(grant({ idles: true }));
    grants.use(call(), IDLE_MS - 1);
    expect(grants.use(call(), 2 * IDLE_MS - 2)).toBeDefined();
  });

  it("can be taken back, alone or with others", () => {
    const grants = holding(grant(), grant({ id: "g2", client: "d" }), grant({ id: "g3" }));
    expect(grants.revoke("g1")?.id).toBe("g1");
    expect(grants.revoke("g1")).toBeUndefined();
    expect(grants.revokeWhere(({ client }) => client === "c")).toBe(1);
    expect(grants.list(1).map(({ id }) => id)).toEqual(["g2"]);
  });
});
