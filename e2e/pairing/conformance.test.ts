import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { startTestHub } from "../hub/kit.ts";
import { freePort } from "../lib/free-port.ts";
import { logIn, register } from "./kit.ts";

/** A port that is free now. */

test("the conformance suite's scenarios of an authorization server pass", async () => {
  await using hub = await startTestHub({ config: {} });
  const origin = new URL(hub.url).origin;
  const port = await freePort();
  const callback = `http://127.0.0.1:${port}/callback`;
  const clientId = await register(origin, { client_name: "conformance", redirect_uris: [callback] });
  const suite = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/dist/index.js");
  const child = spawn(
    process.execPath,
    [
      suite,
      "authorization",
      "--url",
      origin,
      "--client-id",
      clientId,
      "--resource",
      hub.url,
      "--port",
      String(port),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  let opened = false;
  const ended = once(child, "close") as Promise<[number | null]>;
  const limit = setTimeout(() => child.kill("SIGKILL"), 50_000);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const look = (chunk: string): void => {
        output += chunk;
        const found = /^http:\S+\/oauth\/authorize\?\S+$/m.exec(output)?.[0];
        if (found === undefined || opened) return;
        opened = true;
        resolve(found);
      };
      child.stdout.setEncoding("utf8").on("data", look);
      child.stderr.setEncoding("utf8").on("data", look);
      ended.then(() => reject(new Error(`the suite asked for no login\n${output}`)), reject);
    });
    const { back } = await logIn(hub, url);
    expect((await fetch(back)).status).toBe(200);
    const [code] = await ended;
    expect(output).toMatch(/authorization-server-metadata-endpoint: \d+ passed, 0 failed/);
    expect(output).toMatch(/authorization-code-grant: 1 passed, 0 failed/);
    expect(output).not.toMatch(/skipped|warning/i);
    expect(code).toBe(0);
  } finally {
    clearTimeout(limit);
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
});
