import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { startHub } from "../lib/hub.ts";
import { GATEHOUSE } from "../lib/owned-hub.ts";
import { browse } from "../lib/redirect-browser.ts";
import { PATIENT } from "./hub.ts";
import { startIssuer } from "./provider.ts";
import { startProtectedServer } from "./server.ts";

it("server login prints where to sign in, waits for it and says so; server logout revokes and deletes", async () => {
  await using issuer = await startIssuer();
  await using server = await startProtectedServer(issuer);
  await using hub = await startHub({
    config: {
      secrets: { store: "file" },
      consent: { default: "allow", newTools: "allow" },
      mcpServers: { web: { type: "http", url: server.url } },
    },
  });
  expect((await hub.cli(["secret", "unlock"], "a passphrase of the test\n")).code).toBe(0);
  const login = spawn(process.execPath, [GATEHOUSE, "server", "login", "web", "--home", hub.home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(login, "close");
  const lines: string[] = [];
  for await (const line of createInterface(login.stdout)) {
    lines.push(line);
    if (line.startsWith("http")) expect((await browse(line)).text).toContain("You are signed in");
  }
  expect([await ended, lines.at(-1)]).toEqual([[0, null], "Signed in to web."]);
  await expect
    .poll(async () => JSON.parse((await hub.cli(["status", "--json"])).stdout).servers, PATIENT)
    .toMatchObject([{ name: "web", state: "ready", tools: 2 }]);

  const out = await hub.cli(["server", "logout", "web"]);
  expect([out.code, out.stdout]).toEqual([0, "Signed out of web. The issuer has revoked the tokens.\n"]);
  const again = await hub.cli(["server", "logout", "web"]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("nobody is signed in to web")]);
});
