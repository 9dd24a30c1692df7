// Prints what appending a 1 KB call costs the hub's loop, in groups of 1 and of 32: node electron/storage/append.bench.ts
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRow, Storage } from "../hub/ports/storage.ts";
import { openStorage } from "./open.ts";

const request = Buffer.from(JSON.stringify({ name: "echo", arguments: { message: "x".repeat(440) } }));
const result = Buffer.from(JSON.stringify({ content: [{ type: "text", text: "y".repeat(440) }] }));

const row = (i: number): CallRow => ({
  startedAt: Date.now(),
  clientId: "client-1",
  client: "bench",
  session: `session-${i % 8}`,
  server: `server-${i % 4}`,
  tool: `tool-${i % 32}`,
  method: "tools/call",
  profile: null,
  project: null,
  rule: null,
  status: "ok",
  durationUs: 900,
  queueUs: 10,
  consentUs: 0,
  upstreamUs: 800,
  hubUs: 90,
  request,
  result,
  error: null,
});

/** Microseconds of CPU of this process's main thread, and of wall time, per append. */
async function measure(
  storage: Storage,
  groups: number,
  size: number,
): Promise<{ cpu: number; wall: number }> {
  const cpuBefore = process.threadCpuUsage();
  const before = performance.now();
  for (let group = 0; group < groups; group++) {
    await new Promise<void>((resolve, reject) => {
      let left = size;
      for (let i = 0; i < size; i++)
        storage.calls.append(row(i), (error) => {
          if (error !== undefined) reject(error);
          else if (--left === 0) resolve();
        });
    });
  }
  const wall = performance.now() - before;
  const { user, system } = process.threadCpuUsage(cpuBefore);
  return { cpu: (user + system) / (groups * size), wall: (wall * 1_000) / (groups * size) };
}

const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
const storage = openStorage({
  file: join(folder, "gatehouse.db"),
  workerScript: new URL("./worker-main.ts", import.meta.url),
  log: (level, message) => console.error(`${level}: ${message}`),
});
try {
  await measure(storage, 200, 32);
  for (const [groups, size] of [
    [20_000, 1],
    [2_000, 32],
    [20_000, 1],
    [2_000, 32],
  ] as const) {
    const { cpu, wall } = await measure(storage, groups, size);
    console.log(`groups of ${size}: ${cpu.toFixed(1)} µs CPU, ${wall.toFixed(1)} µs wall a call`);
  }
} finally {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
}
