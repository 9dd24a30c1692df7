import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { takeOverFromHeadless } from "./take-over.ts";

const key = randomBytes(32);
let home = "";
let process_: ChildProcess;
let server: WebSocketServer;
let heard: unknown[] = [];

/** A hub's control socket that proves itself with the given key; "hub.shutdown" ends the process of run.json. */
async function listen(provingKey: Buffer): Promise<void> {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      heard.push(message);
      if (message.hello !== undefined) {
        const proof = createHmac("sha256", provingKey)
          .update(`gatehouse-control/1:${message.challenge}`)
          .digest("hex");
        socket.send(JSON.stringify({ proof }));
      } else if (message.token !== undefined) {
        socket.send(
          JSON.stringify(message.token === "secret" ? { role: "operator" } : { refused: "unknown token" }),
        );
      } else {
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { ok: true } }));
        process_.kill("SIGKILL");
      }
    });
  });
}

function writeRun(token: string): void {
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(home, "run.json"),
    JSON.stringify({ pid: process_.pid, port, url: "http://x", token, version: "1", startedAt: "now" }),
  );
}

const options = () => ({ home, drainSeconds: 5, goneMs: 5_000 });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gatehouse-take-over-"));
  writeFileSync(join(home, "home.key"), key);
  process_ = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  heard = [];
});
afterEach(async () => {
  if (process_.exitCode === null && process_.signalCode === null) {
    process_.kill("SIGKILL");
    await once(process_, "exit");
  }
  server?.close();
  rmSync(home, { recursive: true, force: true });
});

test("a hub that proves itself is asked to drain, and is gone afterwards", async () => {
  await listen(key);
  writeRun("secret");
  await takeOverFromHeadless(options());
  expect(heard.at(-1)).toMatchObject({ method: "hub.shutdown", params: { drainSeconds: 5 } });
  expect(process_.signalCode).toBe("SIGKILL");
});

test("what cannot prove that it serves this home never sees the token", async () => {
  await listen(randomBytes(32));
  writeRun("secret");
  await expect(takeOverFromHeadless(options())).rejects.toMatchObject({
    code: "hub_running",
    message: expect.stringContaining("not the hub of this home"),
  });
  expect(JSON.stringify(heard)).not.toContain("secret");
});

test("a refusal is passed on", async () => {
  await listen(key);
  writeRun("wrong");
  await expect(takeOverFromHeadless(options())).rejects.toThrow("unknown token");
});

test("a hub that is gone already needs no taking over", async () => {
  await takeOverFromHeadless(options());
});
