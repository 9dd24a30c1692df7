import type { CallStatus } from "../../../shared/model/call.ts";
import type { Route } from "../../core/catalog/aggregate.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { Target } from "../../core/mcp/session-era/targets.ts";
import type { InputRequest } from "../../core/mcp/stateless-era/round-trips.ts";
import type { ClientIdentity, Reply, Scope } from "../ports/endpoint.ts";
import type { CallEvents } from "../ports/storage.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Cancellable, Session } from "../sessions.ts";
import type { CallTrace } from "../telemetry/telemetry.ts";
import type { CallDeadline } from "./call-deadline.ts";
import type { CallCodec } from "./codec.ts";
import type { PersonWait } from "./person-wait.ts";

/** One call on its way through the pipeline. Times are performance.now() milliseconds. */
export interface Call {
  readonly client: ClientIdentity;
  readonly session: Session;
  readonly scope: Scope;
  readonly profile: string | null;
  /** The client's project folder, an absolute path; null while the client has told none. */
  project: string | null;
  readonly method: string;
  /** The message that is sent on: the client's own, unless the person has edited its arguments. */
  bytes: Buffer;
  envelope: Envelope;
  /** Raw JSON of the client's request id. */
  readonly id: Buffer;
  readonly reply: Reply;
  readonly receivedAt: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What it is about, as the client wrote it. */
  target: Target;
  /** Where the name leads in the client's view; undefined for a name that is not visible. */
  route: Route | undefined;
  /** What the server itself calls it: the tool's or prompt's own name, or the URI. */
  ownKey: string | undefined;
  server: ManagedServer | undefined;
  /** What decided about the call: a rule or the default. */
  rule: string | null;
  /** Why what was decided about it no longer stands; asked right before the write of a call that has waited. */
  recheck: (() => string | undefined) | undefined;
  /** What lies between the client's era and the server's. */
  readonly codec: CallCodec;
  /** The client answers a server's questions in rounds of its own (the stateless era). */
  readonly answersRounds: boolean;
  /** Milliseconds spent waiting for a person while its server did not have it. */
  consentMs: number;
  /** The same while its server had it; undefined: never. */
  personWait: PersonWait | undefined;
  /** When it was given to its server's queue; 0 when it never was. */
  queuedAt: number;
  /** When it was handed to the server and when the answer came; 0 when it never was. */
  sentAt: number;
  answeredAt: number;
  /** The client's own message, when what is sent has been edited. */
  original: { readonly bytes: Buffer; readonly envelope: Envelope } | undefined;
  /** What a person has approved, as the SHA-256 of the params, hex: nothing else may be sent. */
  approved: string | undefined;
  /** The traceparent header of the HTTP request that it came by. */
  readonly traceparent: string | undefined;
  /** The tracestate header beside it. */
  readonly tracestate: string | undefined;
  /** Its place in a trace, while calls are traced. */
  trace: CallTrace | undefined;
  /** A further round of a call that has passed already: the client brings what its server asked for. */
  continues: boolean;
  /** The time that it may take at its server; undefined where nothing bounds it, or before it is handed over. */
  deadline: CallDeadline | undefined;
  /** What has gone on within it so far (call-events.ts); undefined: nothing. */
  events: CallEvents | undefined;
  /** Told the id of its row, or that it could not be written. */
  onRecorded: ((id: number | undefined) => void) | undefined;
  /**
   * Ends the call from outside: set by whichever step waits. On the way of every call it is an object that is there
   * anyway: with a closure made for it, dead calls were seen to outlive V8's minor collections (17 µs of every call).
   */
  canceller: Cancellable | undefined;
}

/** Asks the client of a session what a stateless server wants to know; resolves with the raw results by key. */
export type AskSession = (
  server: ManagedServer,
  session: Session,
  requests: readonly InputRequest[],
) => Promise<ReadonlyMap<string, Uint8Array>>;

/** How a call ended: what the client gets (nothing when it cancelled) and what the log keeps. */
export interface Outcome {
  readonly status: CallStatus;
  readonly parts: readonly Uint8Array[] | undefined;
  readonly result: Uint8Array | null;
  readonly error: Uint8Array | null;
  /** The parts are the server's own answer, not the hub's. */
  readonly fromServer?: true;
}

export type Next = () => Outcome | Promise<Outcome>;

/** A step of the pipeline wraps the next; it may answer itself, and sees the outcome on the way back. */
export type Step = (call: Call, next: Next) => Outcome | Promise<Outcome>;

/** Chains the steps around the last one, the first being the outermost. */
export function compose(
  steps: readonly Step[],
  last: (call: Call) => Outcome | Promise<Outcome>,
): typeof last {
  return steps.reduceRight<typeof last>((inner, step) => (call) => step(call, () => inner(call)), last);
}
