import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { TransportEnd, TransportFactory } from "../ports/upstream.ts";
import { SESSION_ERA, type ServerEra } from "../servers/era.ts";
import type { ResolveLaunch } from "../servers/server-deps.ts";
import { ServerRun } from "../servers/server-run.ts";

export interface TrialDeps {
  readonly transports: TransportFactory;
  readonly resolveLaunch: ResolveLaunch;
  /** The hub's version, told to the server. */
  readonly version: string;
  /** Longest wait for a server's greeting, in milliseconds. */
  readonly limitMs: number;
  readonly monotonic: () => number;
}

export interface Tried {
  readonly name: string;
  readonly config: ServerConfig;
  /** The era that it is known to speak; undefined: find out. */
  readonly known: ServerEra | undefined;
}

/** What became of a trial. Lines of stderr are the server's own words. */
export type TrialOutcome =
  | { readonly kind: "greeted"; readonly tookMs: number; readonly revision: string }
  | { readonly kind: "ended"; readonly code: string; readonly sentence: string }
  | { readonly kind: "late"; readonly stderr: readonly string[] }
  | { readonly kind: "refused"; readonly sentence: string; readonly stderr: readonly string[] };

const MOST_STDERR = 20;

/** Starts a server apart from the one that clients use, greets it, and ends it; nothing of it is left when this resolves. */
export async function tryStart(deps: TrialDeps, server: Tried): Promise<TrialOutcome> {
  const first = await tryOnce(deps, server);
  // Some old servers die of a question that they do not know, as the supervisor knows as well.
  const hurt = first.kind === "ended" && first.code === "exited" && server.known === undefined;
  return hurt ? tryOnce(deps, { ...server, known: SESSION_ERA }) : first;
}

async function tryOnce(deps: TrialDeps, { name, config, known }: Tried): Promise<TrialOutcome> {
  const stderr: string[] = [];
  let end: TransportEnd | undefined;
  const begun = deps.monotonic();
  const run = new ServerRun(
    {
      transports: deps.transports,
      launch: () => deps.resolveLaunch(name, config, null),
      startLimitMs: deps.limitMs,
      handshake: () => ({
        version: deps.version,
        capabilities: undefined,
        known: config.type === "sse" ? SESSION_ERA : known,
      }),
    },
    {
      opened: () => {},
      log: (stream, text) => {
        if (stream !== "stderr") return;
        stderr.push(text);
        if (stderr.length > MOST_STDERR) stderr.shift();
      },
      ended: (how) => {
        end = how;
      },
      noise: () => {},
      listChanged: () => {},
      asked: () => {},
      told: () => {},
      unasked: () => {},
    },
  );
  try {
    const greeting = await run.greet();
    if (greeting !== undefined) {
      const revision = greeting.era.kind === "stateless" ? greeting.era.version : greeting.hello.revision;
      return { kind: "greeted", tookMs: deps.monotonic() - begun, revision };
    }
    return outcomeOf(end, stderr);
  } catch (error) {
    return end === undefined
      ? { kind: "refused", sentence: sentenceOf(error), stderr }
      : outcomeOf(end, stderr);
  } finally {
    run.giveUp();
    await run.stop();
  }
}

function outcomeOf(end: TransportEnd | undefined, stderr: readonly string[]): TrialOutcome {
  if (end?.code === "start_timeout") return { kind: "late", stderr };
  return { kind: "ended", code: end?.code ?? "failed", sentence: end?.message ?? "it has ended" };
}
