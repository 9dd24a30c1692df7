import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OAuthRecord } from "../hub/ports/pairing.ts";
import { type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const hash = (id: string): Buffer => createHash("sha256").update(id).digest();
const ISSUER = "http://127.0.0.1:4780";
const record = (id: string, changes: Partial<OAuthRecord> = {}): OAuthRecord => ({
  kind: "refresh",
  idHash: hash(id),
  issuer: ISSUER,
  grantHash: hash("grant"),
  client: "c-1",
  payload: "{}",
  createdAt: 1_000,
  expiresAt: 5_000,
  ...changes,
});
const registration = (id: string, createdAt: number): OAuthRecord =>
  record(id, { kind: "client", grantHash: null, client: null, createdAt });

test("records come back after a restart, of their kind only", async () => {
  const first = home.open();
  first.oauth.put(record("a"));
  await first.close();
  const { oauth } = home.open();
  expect(oauth.get("refresh", hash("a"))).toEqual(record("a"));
  expect(oauth.get("access", hash("a"))).toBeUndefined();
  oauth.remove("refresh", hash("a"));
  expect(oauth.get("refresh", hash("a"))).toBeUndefined();
});

test("a grant takes along what came of it, kind by kind, and tells what that was", () => {
  const { oauth } = home.open();
  for (const id of ["a", "b"]) oauth.put(record(id));
  oauth.put(record("other", { grantHash: hash("another grant") }));
  oauth.put(record("access", { kind: "access" }));
  const gone = oauth.removeOfGrant("refresh", hash("grant"));
  expect(gone.map((id) => Buffer.from(id).toString("hex")).sort()).toEqual(
    [hash("a"), hash("b")].map((id) => id.toString("hex")).sort(),
  );
  expect(oauth.get("refresh", hash("other"))).toBeDefined();
  expect(oauth.get("access", hash("access"))).toBeDefined();
});

test("an approved registration lasts, until its client is revoked: then it has to be approved anew", () => {
  const { oauth } = home.open();
  oauth.put(registration("oauth-client", 1_000));
  oauth.put(record("token"));
  oauth.bind(ISSUER, "oauth-client", hash("oauth-client"), "c-1");
  expect(oauth.identityOf(ISSUER, "oauth-client")).toBe("c-1");
  expect(oauth.identityOf("http://localhost:4780", "oauth-client")).toBeUndefined();
  oauth.sweep(1_000_000, 0);
  expect(oauth.get("client", hash("oauth-client"))).toMatchObject({ client: "c-1", expiresAt: null });
  oauth.removeOfClient("c-1", 2_000_000);
  expect(oauth.identityOf(ISSUER, "oauth-client")).toBeUndefined();
  expect(oauth.get("refresh", hash("token"))).toBeUndefined();
  expect(oauth.get("client", hash("oauth-client"))).toMatchObject({ client: null, expiresAt: 2_000_000 });
  oauth.sweep(2_000_000, 10);
  expect(oauth.get("client", hash("oauth-client"))).toBeUndefined();
});

test("a sweep keeps what is valid, and of unapproved registrations the newest", () => {
  const { oauth } = home.open();
  oauth.put(record("old", { expiresAt: 100 }));
  oauth.put(record("new"));
  for (const at of [1, 2, 3]) oauth.put(registration(`r${at}`, at));
  oauth.sweep(200, 2);
  expect(oauth.get("refresh", hash("old"))).toBeUndefined();
  expect(oauth.get("refresh", hash("new"))).toBeDefined();
  expect(["r1", "r2", "r3"].map((id) => oauth.get("client", hash(id)) !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
});
