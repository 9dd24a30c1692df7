/**
 * Sessions opened and closed under load, with servers that crash: what a hub holds must be the same before and after,
 * its heap flat, and every call answered exactly once. The rounds go in step, so that the heap can be compared.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OpenControl, openControl } from "../e2e/lib/control.ts";
import { type RunningHub, startHub } from "../e2e/lib/hub.ts";
import { McpHttpClient } from "../e2e/lib/mcp-client.ts";
import { processesWith, processTree } from "../e2e/lib/processes.ts";
import { waitFor } from "../e2e/lib/wait.ts";
import { INSPECTABLE, type Inspector, inspect } from "./inspect.ts";
import { seeded } from "./random.ts";
import { prepareHome } from "./targets/all.ts";

const TORTURE = fileURLToPath(new URL("../e2e/fixtures/torture-server.ts", import.meta.url));
/** Crashes of one server before its budget is given back to it, as a person would: it is parked at the sixth. */
const CRASHES_EACH = 4;
/** How long what a round held may take to be let go, in milliseconds. */
const SETTLE_LIMIT = 30_000;
/** How long what is held must stay the same before it is taken for what a hub at rest holds, in milliseconds. */
const QUIET_MS = 3_000;
/** What a call may be answered with when its server crashed or was restarted under it. */
const EXPECTED = new Set(["exited", "stopped", "server_stopped"]);

export interface SessionsOptions {
  readonly clients: number;
  readonly servers: number;
  readonly rounds: number;
  readonly callsEach: number;
  /** The chance that a call crashes its server. */
  readonly crashes: number;
  readonly seed: number;
  readonly onRound?: (round: number, heapMb: number) => void;
}

/** What the hub holds at a moment when nothing goes on. */
export interface Held {
  readonly processes: number;
  readonly descriptors: number;
  readonly sessions: number;
  /** What keeps its event loop alive, by kind: timers among it. */
  readonly resources: Readonly<Record<string, number>>;
}

export interface SessionsResult {
  readonly before: Held;
  readonly after: Held;
  /** Heap in use after a forced collection, at the end of each round, in bytes. */
  readonly heap: readonly number[];
  readonly calls: number;
  readonly answered: number;
  readonly crashes: number;
  /** Calls with no answer, several, or one that is not theirs. */
  readonly faults: readonly string[];
  /** Processes of any server's tree that outlived the hub. */
  readonly survivors: readonly string[];
}

/** Runs it on a hub of its own. */
export async function soakSessions(options: SessionsOptions): Promise<SessionsResult> {
  const marker = `gatehouse-sessions-${process.pid}-${Date.now()}`;
  const names = Array.from({ length: options.servers }, (_, index) => `s${index}`);
  const server = { command: process.execPath, args: [TORTURE], env: { SOAK_MARKER: marker } };
  const config = {
    consent: { default: "allow", newTools: "allow" },
    mcpServers: Object.fromEntries(names.map((name) => [name, server])),
  };
  const { home, token } = await prepareHome(config, "soak");
  const hub = await startHub({ home, env: INSPECTABLE });
  const survivors: string[] = [];
  try {
    const { port, token: operator } = JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
    const control = await openControl(`ws://127.0.0.1:${port}/control`, operator);
    const inspector = await inspect(hub);
    try {
      return { ...(await new Soak(options, { hub, token, names, control, inspector }).run()), survivors };
    } finally {
      inspector.close();
      control.close();
    }
  } finally {
    await hub.stop();
    survivors.push(...processesWith(marker).map(({ pid, command }) => `${pid} ${command}`));
    for (const { pid } of processesWith(marker)) process.kill(pid, "SIGKILL");
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

interface Parts {
  readonly hub: RunningHub;
  readonly token: string;
  readonly names: readonly string[];
  readonly control: OpenControl;
  readonly inspector: Inspector;
}

class Soak {
  readonly #options: SessionsOptions;
  readonly #parts: Parts;
  readonly #random: () => number;
  readonly #crashed = new Map<string, number>();
  readonly #faults: string[] = [];
  #calls = 0;
  #answered = 0;
  #crashes = 0;

  constructor(options: SessionsOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<Omit<SessionsResult, "survivors">> {
    const { rounds, onRound } = this.#options;
    const { inspector } = this.#parts;
    await this.#allReady();
    // What is made once, at the first use, is there before anything is counted.
    await this.#round();
    const before = await this.#quiet();
    const heap: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await this.#round();
      const used = await inspector.heapAfterCollection();
      heap.push(used);
      onRound?.(round, used / 1024 / 1024);
    }
    await this.#allReady();
    const after = await this.#settled(before);
    return {
      before,
      after,
      heap,
      calls: this.#calls,
      answered: this.#answered,
      crashes: this.#crashes,
      faults: this.#faults,
    };
  }

  /** Every client opens a session, calls, and closes it; then those servers that have crashed often get a fresh start. */
  async #round(): Promise<void> {
    const { clients } = this.#options;
    await Promise.all(Array.from({ length: clients }, (_, client) => this.#session(client)));
    for (const [name, count] of this.#crashed) {
      if (count < CRASHES_EACH) continue;
      this.#crashed.delete(name);
      await this.#parts.control.client.call("servers.restart", { name });
    }
  }

  async #session(index: number): Promise<void> {
    const { hub, token } = this.#parts;
    const client = new McpHttpClient(hub.url, { token });
    await client.initialize();
    // Half of the clients listen as well, as real ones do.
    const stream = index % 2 === 0 ? await client.openStream() : undefined;
    await client.toolNames();
    await Promise.all(Array.from({ length: this.#options.callsEach }, () => this.#call(client)));
    const { status } = await client.endSession();
    if (status >= 300) this.#faults.push(`the session's end was answered with ${status}`);
    await stream?.ended;
    client.close();
  }

  async #call(client: McpHttpClient): Promise<void> {
    const { names } = this.#parts;
    const name = names[Math.floor(this.#random() * names.length)] ?? "";
    const mayCrash = (this.#crashed.get(name) ?? 0) < CRASHES_EACH;
    const crash = this.#random() < this.#options.crashes && mayCrash;
    if (crash) {
      this.#crashed.set(name, (this.#crashed.get(name) ?? 0) + 1);
      this.#crashes += 1;
    }
    this.#calls += 1;
    const id = `call-${this.#calls}`;
    const params = { name: `${name}__${crash ? "crash" : "echo"}`, arguments: { text: id } };
    try {
      const { messages, text } = await client.post({ jsonrpc: "2.0", id, method: "tools/call", params });
      const answers = messages.filter((message) => message.id === id);
      const [answer] = answers;
      const isExpected =
        answer?.error === undefined
          ? !crash && answer?.result?.content?.[0]?.text === id
          : EXPECTED.has(answer.error.data?.code);
      if (answers.length === 1 && isExpected) this.#answered += 1;
      else this.#faults.push(`${id} of ${params.name}: ${answers.length} answers, ${text.slice(0, 300)}`);
    } catch (error) {
      this.#faults.push(`${id} of ${params.name}: ${String(error)}`);
    }
  }

  /** Every server runs: a lazy one that has just crashed comes back by itself. */
  async #allReady(): Promise<void> {
    await waitFor(
      async () => {
        const { servers } = await this.#parts.control.client.call("servers.list", {});
        return servers.every(({ state, tools }) => state === "ready" && tools !== null);
      },
      { deadlineMs: 60_000, what: "all servers to be ready" },
    );
  }

  async #held(): Promise<Held> {
    const { hub, inspector, control } = this.#parts;
    const kinds = await inspector.evaluate<string[]>("process.getActiveResourcesInfo()");
    const resources: Record<string, number> = {};
    for (const kind of kinds.toSorted()) resources[kind] = (resources[kind] ?? 0) + 1;
    const { clients } = await control.client.call("clients.list", {});
    return {
      processes: processTree(hub.pid, () => false).length,
      descriptors: readdirSync(`/proc/${hub.pid}/fd`).length,
      sessions: clients.reduce((sum, client) => sum + client.sessions, 0),
      resources,
    };
  }

  /** What is held once it has not changed for a while: connections that were closed are gone, timers have fired. */
  async #quiet(): Promise<Held> {
    const end = performance.now() + SETTLE_LIMIT;
    let held = await this.#held();
    let since = performance.now();
    while (performance.now() - since < QUIET_MS && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const next = await this.#held();
      if (JSON.stringify(next) !== JSON.stringify(held)) since = performance.now();
      held = next;
    }
    return held;
  }

  /** What is held once it is what was held before; what it is at the end of the wait where that does not come. */
  async #settled(before: Held): Promise<Held> {
    const wanted = JSON.stringify(before);
    const end = performance.now() + SETTLE_LIMIT;
    for (;;) {
      const held = await this.#held();
      if (JSON.stringify(held) === wanted || performance.now() > end) return held;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** By how much the heap grew over its last rounds, by the line that fits them best, in bytes a round. */
export function heapGrowth(heap: readonly number[], rounds: number): number {
  const last = heap.slice(-rounds);
  const meanX = (last.length - 1) / 2;
  const meanY = last.reduce((sum, value) => sum + value, 0) / last.length;
  let above = 0;
  let below = 0;
  last.forEach((value, x) => {
    above += (x - meanX) * (value - meanY);
    below += (x - meanX) ** 2;
  });
  return below === 0 ? 0 : above / below;
}
