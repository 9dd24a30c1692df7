import { rmSync } from "node:fs";
import { startHub } from "../e2e/lib/hub.ts";
import { type HttpLine, openHttpLine } from "./load/http-line.ts";
import { openStdioLine } from "./load/stdio-line.ts";
import { median, quantile } from "./stats.ts";
import { prepareHome } from "./targets/all.ts";
import { UPSTREAMS } from "./targets/target.ts";

const MB = 1024 * 1024;
const SIZES_MB = [1, 8, 32] as const;

/** What a large result costs, and what it costs the others. Times in milliseconds. */
export interface PayloadSample {
  readonly megabytes: number;
  readonly directMs: number;
  readonly gatehouseMs: number;
  /** 1 KB calls of another client meanwhile, to another server: the median and the slowest. */
  readonly otherP50Ms: number;
  readonly otherMaxMs: number;
  /** The slowest 1 KB call meanwhile to the very server that writes the large result. */
  readonly sameServerMaxMs: number;
}

const bigCall = (tool: string, bytes: number): string =>
  `"method":"tools/call","params":{"name":"${tool}","arguments":{"bytes":${bytes}}}`;
const smallCall = (tool: string): string =>
  `"method":"tools/call","params":{"name":"${tool}","arguments":{"text":"${"s".repeat(1024)}"}}`;

async function timed(run: () => Promise<string>, bytes: number): Promise<number> {
  const begun = performance.now();
  const answer = await run();
  const took = performance.now() - begun;
  if (answer.length < bytes) throw new Error(`a result of ${bytes} bytes came back with ${answer.length}`);
  return took;
}

/** Calls one after the other until told to stop; resolves with each call's milliseconds. */
async function hammer(line: HttpLine, tool: string, going: () => boolean): Promise<number[]> {
  const caller = await line.connect();
  const samples: number[] = [];
  while (going()) {
    const begun = performance.now();
    await caller.send(smallCall(tool));
    samples.push(performance.now() - begun);
  }
  caller.close();
  return samples;
}

/** Times results of 1, 8 and 32 MB through Gatehouse, `rounds` of each, while another client makes small calls. */
export async function measurePayloads(rounds: number): Promise<PayloadSample[]> {
  const [echo] = UPSTREAMS;
  if (echo === undefined) throw new Error("no echo upstream");
  const [command, ...args] = echo.command;
  const config = {
    mcpServers: { large: { command, args }, small: { command, args } },
    rules: [{ server: "*", tool: "*", decision: "allow" }],
  };
  const { home, token } = await prepareHome(config, "bench");
  const hub = await startHub({ home });
  const direct = await openStdioLine(echo.command);
  try {
    const open = (): Promise<HttpLine> =>
      openHttpLine({ port: hub.port, path: "/mcp", headers: { Authorization: `Bearer ${token}` } });
    const [mine, others, neighbour] = await Promise.all([open(), open(), open()]);
    const [big, plain] = await Promise.all([mine.connect(), direct.connect()]);
    await big.send(bigCall("large__big", 1000));
    await hammer(others, "small__echo", countdown(200));

    const found: PayloadSample[] = [];
    for (const megabytes of SIZES_MB) {
      const bytes = megabytes * MB;
      const directMs: number[] = [];
      const gatehouseMs: number[] = [];
      const other: number[] = [];
      const same: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        directMs.push(await timed(() => plain.send(bigCall("big", bytes)), bytes));
        gatehouseMs.push(await timed(() => big.send(bigCall("large__big", bytes)), bytes));
        other.push(...(await meanwhile(others, "small__echo", () => big.send(bigCall("large__big", bytes)))));
        same.push(
          ...(await meanwhile(neighbour, "large__echo", () => big.send(bigCall("large__big", bytes)))),
        );
      }
      found.push({
        megabytes,
        directMs: median(directMs),
        gatehouseMs: median(gatehouseMs),
        otherP50Ms: median(other),
        otherMaxMs: quantile(other, 1),
        sameServerMaxMs: quantile(same, 1),
      });
    }
    for (const line of [mine, others, neighbour]) line.close();
    return found;
  } finally {
    direct.close();
    await hub.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** True that many times. */
function countdown(count: number): () => boolean {
  let left = count;
  return () => {
    left -= 1;
    return left >= 0;
  };
}

async function meanwhile(line: HttpLine, tool: string, work: () => Promise<unknown>): Promise<number[]> {
  let going = true;
  const small = hammer(line, tool, () => going);
  await work();
  going = false;
  return small;
}
