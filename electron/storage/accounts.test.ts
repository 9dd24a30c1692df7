import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { StoredAccount } from "../hub/ports/upstream-auth.ts";
import { openAccounts } from "./accounts.ts";
import { notAround } from "./damage.ts";
import { migrate } from "./migrate.ts";

const account: StoredAccount = {
  server: "web",
  account: "work",
  url: "https://mcp.example/mcp",
  issuer: "https://login.example",
  subject: "ada@example.com",
  scope: "read write",
  expiresAt: 1_700_000_000_123.5,
  refreshedAt: 1_700_000_000_000,
  ended: null,
};

test("accounts are kept by server and name, replaced and removed", () => {
  const connection = new Database(":memory:");
  migrate(connection);
  const accounts = openAccounts(connection, notAround);
  accounts.put(account);
  accounts.put({ ...account, account: "default", subject: null, scope: null, expiresAt: null });
  accounts.put({ ...account, ended: "invalid_grant" });
  expect(accounts.all()).toEqual([
    { ...account, account: "default", subject: null, scope: null, expiresAt: null },
    { ...account, expiresAt: 1_700_000_000_124, ended: "invalid_grant" },
  ]);
  accounts.remove("web", "work");
  accounts.remove("web", "unknown");
  expect(accounts.all().map((each) => each.account)).toEqual(["default"]);
  connection.close();
});
