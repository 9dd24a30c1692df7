import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { type RunningHub, startHub } from "../e2e/lib/hub.ts";
import { processesWith } from "../e2e/lib/processes.ts";
import { type HttpLine, openHttpLine } from "./load/http-line.ts";

/** The bars of issue 2, in milliseconds. */
export const SURVIVAL_LIMIT = 3_000;
export const START_LIMIT = 2_000;
const CALLERS = 16;
/** Fewer than one page of `gatehouse calls` in a cycle, so that the newest page holds the whole cycle. */
const MOST_REPLIES = 700;
const PAGE = 1_000;

/** What goes on from one cycle to the next. */
export interface Soaked {
  readonly home: string;
  readonly token: string;
  /** In the environment of every server, and so of everything it starts. */
  readonly marker: string;
  readonly servers: readonly string[];
  /** The session opened before the first kill; it is never opened again. */
  readonly session: string | undefined;
}

/** What one kill did. */
export interface CycleResult {
  readonly replies: number;
  /** Texts of replies that the client has received and the log lacks. */
  readonly lost: readonly string[];
  readonly integrity: string;
  /** Processes that were still alive after the limit; they have then been killed. */
  readonly survivors: readonly string[];
  readonly goneAfterMs: number;
  readonly startedInMs: number;
  /** Why the session did not go on, or undefined. */
  readonly sessionProblem: string | undefined;
}

/** Opens the session's line on a hub. */
export function lineOf(hub: RunningHub, soaked: Pick<Soaked, "token" | "session">): Promise<HttpLine> {
  const headers = { Authorization: `Bearer ${soaked.token}` };
  const session = soaked.session === undefined ? {} : { session: soaked.session };
  return openHttpLine({ port: hub.port, path: "/mcp", headers, ...session });
}

const echo = (server: string, text: string): string =>
  `"method":"tools/call","params":{"name":"${server}__echo","arguments":{"text":"${text}","message":"${text}"}}`;

/** Loads the hub, kills it with SIGKILL at a random moment, and looks at what is left. Gives the next hub. */
export async function killOnce(
  hub: RunningHub,
  soaked: Soaked,
  cycle: number,
): Promise<{ result: CycleResult; next: RunningHub }> {
  const received = await loadUntilKilled(hub, soaked, cycle);
  const killedAt = performance.now();
  let survivors = processesWith(soaked.marker);
  while (survivors.length > 0 && performance.now() - killedAt < SURVIVAL_LIMIT) {
    await sleep(50);
    survivors = processesWith(soaked.marker);
  }
  const goneAfterMs = performance.now() - killedAt;
  for (const { pid } of survivors) process.kill(pid, "SIGKILL");

  const next = await startHub({ home: soaked.home, port: hub.port });
  const sessionProblem = await goesOn(next, soaked, cycle);
  const result: CycleResult = {
    replies: received.length,
    lost: await missing(next, received),
    integrity: integrityOf(soaked.home),
    survivors: survivors.map(({ pid, command }) => `${pid} ${command}`),
    goneAfterMs,
    startedInMs: next.startedInMs,
    sessionProblem,
  };
  return { result, next };
}

/** Calls all servers at once until the hub is gone; gives the texts of all replies that came whole. */
async function loadUntilKilled(hub: RunningHub, soaked: Soaked, cycle: number): Promise<string[]> {
  const line = await lineOf(hub, soaked);
  const received: string[] = [];
  const killAt = 1 + Math.floor(Math.random() * MOST_REPLIES);
  let killed: Promise<unknown> | undefined;
  let sent = 0;
  // Every other kill meets servers that are all up; the rest may meet them while they start.
  if (cycle % 2 === 0) await warmUp(line, soaked.servers);
  const callers = await Promise.all(Array.from({ length: CALLERS }, () => line.connect()));
  await Promise.all(
    callers.map(async (caller, index) => {
      for (;;) {
        sent += 1;
        const text = `soak-${cycle}-${sent};`;
        const server = soaked.servers[(sent + index) % soaked.servers.length] ?? "";
        try {
          const answer = await caller.send(echo(server, text));
          if (answer.includes(text)) received.push(text);
          else if (killed === undefined) throw new Error(`an answer lacks ${text}: ${answer.slice(0, 300)}`);
        } catch (error) {
          // Once the hub is killed every connection breaks; before, it must not.
          if (killed === undefined) throw error;
          return;
        }
        if (received.length >= killAt) killed ??= hub.kill("SIGKILL");
      }
    }),
  );
  line.close();
  await killed;
  return received;
}

async function warmUp(line: HttpLine, servers: readonly string[]): Promise<void> {
  const caller = await line.connect();
  for (const server of servers) await caller.send(echo(server, "warm"));
  caller.close();
}

async function goesOn(hub: RunningHub, soaked: Soaked, cycle: number): Promise<string | undefined> {
  const text = `soak-${cycle}-after;`;
  try {
    const line = await lineOf(hub, soaked);
    const caller = await line.connect();
    const answer = await caller.send(echo(soaked.servers[0] ?? "", text));
    line.close();
    return answer.includes(text) ? undefined : answer.slice(0, 300);
  } catch (error) {
    return String(error);
  }
}

/** Of these texts, those that the newest calls do not hold. */
async function missing(hub: RunningHub, texts: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await hub.cli(["calls", "--json", "--limit", String(PAGE)]);
  if (code !== 0) throw new Error(`gatehouse calls failed: ${stderr}`);
  const { calls } = JSON.parse(stdout) as { calls: { request: unknown; status: string }[] };
  const recorded = new Set(
    calls.flatMap((call) => JSON.stringify(call.request)?.match(/soak-\d+-\d+;/g) ?? []),
  );
  return texts.filter((text) => !recorded.has(text));
}

function integrityOf(home: string): string {
  const database = new Database(join(home, "gatehouse.db"), { readonly: true, fileMustExist: true });
  try {
    return String(database.pragma("integrity_check", { simple: true }));
  } finally {
    database.close();
  }
}
