/**
 * `npm run soak [-- --kills N]`: SIGKILLs the hub under load, twenty times unless told otherwise, and checks after each
 * that nothing that a client has seen is lost, that nothing of any server's tree lives on, that the next start is quick,
 * and that the client's session goes on. `npm run soak -- --sessions`: opens and closes sessions under load instead, over
 * servers that crash (soak-sessions.ts). Exit code 1 when a bar was missed.
 */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { echoServer, startHub } from "../e2e/lib/hub.ts";
import { processesWith } from "../e2e/lib/processes.ts";
import { waitFor } from "../e2e/lib/wait.ts";
import type { HttpLine } from "./load/http-line.ts";
import { provenance, writeReport } from "./report.ts";
import {
  type CycleResult,
  killOnce,
  lineOf,
  type Soaked,
  START_LIMIT,
  SURVIVAL_LIMIT,
} from "./soak-cycle.ts";
import { heapGrowth, soakSessions } from "./soak-sessions.ts";
import { prepareHome } from "./targets/all.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
/** A heap whose trend over the judged rounds stays below this share of its mean is flat. */
const FLAT = 0.03;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What a cycle did not keep to; empty when all is well. */
function breaches(result: CycleResult): string[] {
  const found: string[] = [];
  if (result.lost.length > 0)
    found.push(`${result.lost.length} replies are not in the log: ${result.lost.slice(0, 5).join(" ")}`);
  if (result.integrity !== "ok") found.push(`the database is damaged: ${result.integrity}`);
  if (result.survivors.length > 0)
    found.push(`alive after ${SURVIVAL_LIMIT} ms: ${result.survivors.join(", ")}`);
  if (result.startedInMs > START_LIMIT)
    found.push(`the next start took ${Math.round(result.startedInMs)} ms`);
  if (result.sessionProblem !== undefined) found.push(`the session did not go on: ${result.sessionProblem}`);
  return found;
}

/** A server that was never up before is listed once it has said what it offers. */
async function untilListed(line: HttpLine, servers: readonly string[]): Promise<void> {
  const caller = await line.connect();
  await waitFor(
    async () => {
      const list = await caller.send('"method":"tools/list"');
      return servers.every((server) => list.includes(`"${server}__echo"`));
    },
    { deadlineMs: 60_000, what: "the tools of every server" },
  );
  caller.close();
}

/** Runs the soak; resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--sessions")) return soakManySessions();
  const kills = args.includes("--kills") ? Number(args[args.indexOf("--kills") + 1]) : 20;
  if (!Number.isInteger(kills) || kills < 1) {
    say("error: --kills needs a number");
    return 2;
  }
  const marker = `gatehouse-soak-${process.pid}-${Date.now()}`;
  const env = { SOAK_MARKER: marker };
  const config = {
    mcpServers: {
      echo: { ...echoServer(), env },
      stubborn: { ...echoServer("--ignore-signals", "--grandchild"), env },
      wrapped: { command: "npx", args: ["--no-install", "mcp-server-everything"], cwd: project, env },
    },
    rules: [{ server: "*", tool: "*", decision: "allow" }],
  };
  const { home, token } = await prepareHome(config, "soak");
  let hub = await startHub({ home });
  let failures = 0;
  const results: CycleResult[] = [];
  try {
    const line = await lineOf(hub, { token, session: undefined });
    const servers = Object.keys(config.mcpServers);
    await untilListed(line, servers);
    line.close();
    const soaked: Soaked = { home, token, marker, servers, session: line.session };
    for (let cycle = 1; cycle <= kills; cycle += 1) {
      const { result, next } = await killOnce(hub, soaked, cycle);
      hub = next;
      results.push(result);
      const found = breaches(result);
      failures += found.length > 0 ? 1 : 0;
      const times = `gone after ${Math.round(result.goneAfterMs)} ms, up again in ${Math.round(result.startedInMs)} ms`;
      say(
        `kill ${cycle} of ${kills}: ${result.replies} replies, ${times}${found.map((text) => `\n  FAILED ${text}`).join("")}`,
      );
    }
  } finally {
    await hub.stop();
    for (const { pid } of processesWith(marker)) process.kill(pid, "SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
  const text = summary(results, failures, `npm run soak${args.length > 0 ? ` -- ${args.join(" ")}` : ""}`);
  process.stdout.write(`${text}\n`);
  if (failures === 0 && kills >= 20) writeReport("soak", text);
  return failures === 0 ? 0 : 1;
}

/** Issue 7: 20 clients × 10 servers, 50 sessions each, the heap judged over the last 40 rounds. */
async function soakManySessions(): Promise<number> {
  const begun = performance.now();
  const options = { clients: 20, servers: 10, rounds: 50, callsEach: 10, crashes: 0.01, seed: 1 };
  const judged = 40;
  const result = await soakSessions({
    ...options,
    onRound: (round, heapMb) =>
      say(`round ${round} of ${options.rounds}: ${heapMb.toFixed(1)} MB of heap after a collection`),
  });
  const { before, after, heap, calls, answered, crashes, faults, survivors } = result;
  const growth = heapGrowth(heap, judged) * judged;
  const last = heap.slice(-judged);
  const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);
  const found = [
    ...faults,
    ...survivors.map((process) => `outlived the hub: ${process}`),
    ...(JSON.stringify(before) === JSON.stringify(after) ? [] : ["what is held differs"]),
    ...(growth > mean * FLAT ? [`the heap grew by ${mb(growth)} MB over the last ${judged} rounds`] : []),
  ];
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const text = `${provenance("npm run soak -- --sessions")}

${options.clients} clients × ${options.servers} servers: ${options.clients * options.rounds} sessions opened and closed in ${seconds} s, ${calls} calls of which ${answered} were answered exactly once, ${crashes} crashes of servers. Held at rest before: ${JSON.stringify(before)}; after: ${JSON.stringify(after)}. Heap after a forced collection over the last ${judged} rounds: ${mb(Math.min(...last))} to ${mb(Math.max(...last))} MB, its trend ${mb(growth)} MB.`;
  process.stdout.write(`${text}\n${found.map((each) => `FAILED ${each}\n`).join("")}`);
  if (found.length === 0) writeReport("soak-sessions", text);
  return found.length === 0 ? 0 : 1;
}

function summary(results: readonly CycleResult[], failures: number, command: string): string {
  const replies = results.reduce((sum, { replies: count }) => sum + count, 0);
  const lost = results.reduce((sum, { lost: texts }) => sum + texts.length, 0);
  const worst = (key: "goneAfterMs" | "startedInMs"): number =>
    Math.round(Math.max(...results.map((result) => result[key])));
  return `${provenance(command)}

${results.length} kills, ${failures} with a failure: ${replies} replies received, ${lost} of them not in the log; the slowest server tree was gone after ${worst("goneAfterMs")} ms, the slowest start took ${worst("startedInMs")} ms.`;
}
