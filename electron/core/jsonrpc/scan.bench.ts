// Prints the scan's speed: `node electron/core/jsonrpc/scan.bench.ts`. Best of several rounds, one process, nothing else running.
import { performance } from "node:perf_hooks";
import { scanMessage } from "./scan.ts";

const ROUNDS = 7;
const SIZE = 32 * 1024 * 1024;

const best = (run: () => void): number => {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
};

const message = (result: unknown): Buffer => Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
const textResult = (text: string): Buffer => message({ content: [{ type: "text", text }] });
const rows = (count: number): unknown[] =>
  Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `item ${i}`,
    ok: true,
    price: 1.5,
    note: "hello",
  }));

const call = Buffer.from(
  JSON.stringify({
    jsonrpc: "2.0",
    id: 42,
    method: "tools/call",
    params: {
      name: "files__read_text_file",
      arguments: {
        path: "/home/someone/project/src/index.ts",
        head: 100,
        encoding: "utf-8",
        note: "x".repeat(30),
      },
      _meta: { progressToken: 7, "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
    },
  }),
);
const CALLS = 100_000;
for (const duplicates of ["envelope", "deep"] as const) {
  const milliseconds = best(() => {
    for (let i = 0; i < CALLS; i++) scanMessage(call, { duplicates });
  });
  console.log(`${call.length} B call, ${duplicates}: ${((milliseconds * 1000) / CALLS).toFixed(2)} µs`);
}

const results: Record<string, Buffer> = {
  "plain text": textResult("abcdefghij klmnopqrst ".repeat(SIZE / 22)),
  "source lines": textResult("const x = require(foo); // a comment\n".repeat(SIZE / 38)),
  "beyond ASCII": textResult("äöü 日本語 text ".repeat(SIZE / 22)),
  "JSON in text": textResult(JSON.stringify(rows(SIZE / 88))),
  "structured rows": message({ structuredContent: rows(SIZE / 70) }),
  numbers: message({ list: Array.from({ length: SIZE / 19 }, (_, i) => Math.sin(i)) }),
};
for (const [name, bytes] of Object.entries(results)) {
  const milliseconds = best(() => scanMessage(bytes));
  const megabytes = bytes.length / 1e6;
  console.log(
    `${name}, ${megabytes.toFixed(1)} MB: ${milliseconds.toFixed(1)} ms, ${((megabytes * 1000) / milliseconds).toFixed(0)} MB/s`,
  );
}
