import type { ClientSession, Process } from "../../shared/model/client.ts";
import { UnderWay } from "../core/collections/under-way.ts";
import type { RequestMeta } from "../core/mcp/stateless-era/meta.ts";
import type { Call } from "./pipeline/call.ts";
import type { InboundMessage, Peer } from "./ports/endpoint.ts";
import { type Sessions, scopeKey } from "./sessions.ts";

/** A program of the stateless era nobody has heard of for this long is forgotten, in milliseconds. */
const IDLE_MS = 3_600_000;
/** Most programs that are kept of one client, and most of what one says of itself, in bytes. */
const MAX_PROGRAMS = 100;
const MAX_INFO = 1_000;

/** A client program of the stateless era, known by what its requests say: it has no session. */
export interface Program {
  readonly label: string;
  readonly revision: string;
  readonly clientInfo: string;
  readonly scope: string;
  readonly openedAt: number;
  lastUsedAt: number;
  project: string | null;
  peer: Peer | undefined;
}

/** What the clients are doing: their calls under way, and the programs that speak for them without a session. */
export class ClientActivity {
  readonly #sessions: Sessions;
  readonly #running = new UnderWay<Call>();
  readonly #programs = new Map<string, Map<string, Program>>();
  /** Told when a client has been heard of by a program that was not known. */
  onProgram: (clientId: string, program: Program) => void = () => {};
  #lastLabel = 0;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** A call is under way, until `ended`. */
  began(call: Call): void {
    this.#running.add(call);
  }

  ended(call: Call): void {
    this.#running.delete(call);
  }

  /** Ends the calls under way that `matches` picks; they are recorded as cancelled. */
  cancel(matches: (call: Call) => boolean, reason: string): void {
    for (const call of this.#running.all()) if (matches(call)) call.canceller?.cancel(reason);
  }

  /** A request of the stateless era has come: which program it is of. */
  heard(message: InboundMessage, meta: RequestMeta): void {
    const { client, bytes } = message;
    if (client.id === null) return;
    const info = meta.clientInfo;
    const said =
      info === undefined
        ? ""
        : bytes.toString("latin1", info.start, Math.min(info.end, info.start + MAX_INFO));
    const scope = scopeKey(message.scope);
    const key = `${scope}\n${meta.version}\n${said}`;
    const now = Date.now();
    const programs = this.#programs.get(client.id) ?? new Map<string, Program>();
    let program = programs.get(key);
    if (program === undefined) {
      this.#lastLabel += 1;
      program = {
        label: `r-${this.#lastLabel}`,
        revision: meta.version,
        clientInfo: Buffer.from(said, "latin1").toString("utf8"),
        scope,
        openedAt: now,
        lastUsedAt: now,
        project: null,
        peer: undefined,
      };
      this.#programs.set(client.id, programs);
      programs.set(key, program);
      forgetIdle(programs, now);
      this.onProgram(client.id, program);
    }
    program.lastUsedAt = now;
    program.project = message.project ?? program.project;
    program.peer = message.peer;
  }

  /** A client is gone: nothing of it need be remembered. */
  forget(clientId: string): void {
    this.#programs.delete(clientId);
  }

  /** How many live sessions, or programs without one, a client has. */
  countOf(clientId: string): number {
    return this.#sessions.countOf(clientId) + this.#programsOf(clientId).length;
  }

  /** The same, with what each is, newest first. The programs behind the connections are looked up now. */
  async sessionsOf(clientId: string): Promise<ClientSession[]> {
    const sessions = this.#sessions.of(clientId).map((session) => ({
      ...session.stored,
      lastUsedAt: session.lastUsedAt,
      peer: session.peer,
      openedAt: session.stored.createdAt,
      running: this.#runningOf((call) => call.session === session),
    }));
    const programs = this.#programsOf(clientId).map((program) => ({
      ...program,
      transport: "http" as const,
      running: this.#runningOf(
        ({ client, session }) =>
          client.id === clientId &&
          session.id === "" &&
          session.stored.scope === program.scope &&
          session.stored.clientInfo.startsWith(program.clientInfo),
      ),
    }));
    const listed = [...sessions, ...programs].sort((one, other) => other.lastUsedAt - one.lastUsedAt);
    return Promise.all(
      listed.map(
        async ({ label, revision, transport, clientInfo, peer, scope, project, running, ...times }) => ({
          label,
          revision,
          transport,
          claimedName: claimedNameOf(clientInfo),
          process: await processOf(peer),
          scope,
          project,
          openedAt: new Date(times.openedAt).toISOString(),
          lastUsedAt: new Date(times.lastUsedAt).toISOString(),
          running,
        }),
      ),
    );
  }

  #runningOf(matches: (call: Call) => boolean): number {
    let count = 0;
    for (const call of this.#running.all()) if (matches(call)) count += 1;
    return count;
  }

  #programsOf(clientId: string): Program[] {
    const programs = this.#programs.get(clientId);
    if (programs === undefined) return [];
    forgetIdle(programs, Date.now());
    return [...programs.values()];
  }
}

/** What a client calls itself, with its version, or null: its `clientInfo` as raw JSON. */
function claimedNameOf(clientInfo: string): string | null {
  try {
    const { name, version } = JSON.parse(clientInfo) as { name?: unknown; version?: unknown };
    if (typeof name !== "string" || name === "") return null;
    return (typeof version === "string" && version !== "" ? `${name} ${version}` : name).slice(0, 200);
  } catch {
    return null;
  }
}

/** The name alone. */
export function claimOf(clientInfo: string): string | null {
  try {
    const { name } = JSON.parse(clientInfo) as { name?: unknown };
    return typeof name === "string" && name !== "" ? name : null;
  } catch {
    return null;
  }
}

async function processOf(peer: Peer | undefined): Promise<Process | null> {
  return peer === undefined ? null : peer.process();
}

function forgetIdle(programs: Map<string, Program>, now: number): void {
  for (const [key, { lastUsedAt }] of programs) if (now - lastUsedAt > IDLE_MS) programs.delete(key);
  while (programs.size > MAX_PROGRAMS) {
    const [oldest] = [...programs].sort(([, one], [, other]) => one.lastUsedAt - other.lastUsedAt);
    if (oldest === undefined) return;
    programs.delete(oldest[0]);
  }
}
