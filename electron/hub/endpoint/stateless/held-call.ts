import type { Envelope, Span } from "../../../core/jsonrpc/envelope.ts";
import {
  errorMessage,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  resultMessage,
} from "../../../core/jsonrpc/errors.ts";
import { scanMessage } from "../../../core/jsonrpc/scan.ts";
import { joinParts, orderEdits, splice } from "../../../core/jsonrpc/splice.ts";
import {
  type InputMethod,
  isInputMethod,
  missingOf,
  requiredCapability,
} from "../../../core/mcp/stateless-era/capabilities.ts";
import { httpStatusOf, missingCapability } from "../../../core/mcp/stateless-era/refusal.ts";
import {
  inputRequiredResult,
  isAnswer,
  mayAsk,
  type Retry,
} from "../../../core/mcp/stateless-era/round-trips.ts";
import { upgradeError, upgradeResult } from "../../../core/mcp/stateless-era/upgrade.ts";
import type { Call, Outcome } from "../../pipeline/call.ts";
import type { Reply } from "../../ports/endpoint.ts";
import { STATE_LIFE_MS } from "./request-states.ts";

/** How long to wait for further questions of the server after one has come, in milliseconds: they come in flocks. */
const FLOCK_MS = 30;

interface Question {
  readonly method: InputMethod;
  readonly params: Uint8Array | undefined;
  readonly serverId: Buffer;
  readonly answer: (parts: readonly Uint8Array[]) => void;
}

/** What all held calls share. */
export interface HeldCallHost {
  /** A new signed state that leads back to a held call; a new one for every round. */
  seal(held: HeldCall, call: Call): string;
  /** The call is over, or will not be asked for any more. */
  over(held: HeldCall): void;
  /** The call is under way, from `began` to `ended`. */
  began(call: Call): void;
  ended(call: Call): void;
  log(message: string): void;
}

/**
 * A call of a stateless client that runs on while the client answers the server's questions in rounds (2026-07-28,
 * Multi Round-Trip Requests): each round is a request of its own, and its reply is the place to which the next result
 * goes. To the pipeline it is one call: one row, one decision.
 */
export class HeldCall implements Reply {
  readonly #host: HeldCallHost;
  readonly #message: Uint8Array;
  /** Where the client's declared capabilities stand in its message. */
  readonly #capabilities: Span;
  /** What a request state calls it; set when the client is first asked something. */
  key: string | undefined;
  /** What it is asked and has not answered yet; made with the first question, which most calls never see. */
  #questions: Map<string, Question> | undefined;
  #call: Call | undefined;
  /** Where the next result goes, with the raw id of that round's request; undefined between rounds. */
  #round: { readonly reply: Reply; readonly id: Uint8Array } | undefined;
  #outcome: Outcome | undefined;
  #refused: object | undefined;
  #asked = 0;
  #flock: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #done = false;

  constructor(host: HeldCallHost, message: Uint8Array, capabilities: Span) {
    this.#host = host;
    this.#message = message;
    this.#capabilities = capabilities;
  }

  // To the pipeline it is the reply: it hands everything to the round that is open.

  send(): void {}

  drop(): void {}

  notify(parts: readonly Uint8Array[]): void {
    this.#round?.reply.notify(parts);
  }

  get canStream(): boolean {
    return this.#round?.reply.canStream ?? false;
  }

  get connected(): boolean {
    return this.#round?.reply.connected ?? true;
  }

  get pendingBytes(): number {
    return this.#round?.reply.pendingBytes ?? 0;
  }

  onDrain(listener: () => void): void {
    if (this.#round === undefined) listener();
    else this.#round.reply.onDrain(listener);
  }

  /** Runs the call; its first round is the request itself. Returns what to call when that client goes away. */
  start(call: Call, first: Reply, run: (call: Call) => Outcome | Promise<Outcome>): () => void {
    this.#call = call;
    this.#host.began(call);
    const leave = this.#open(first, call.id);
    const outcome = run(call);
    if (outcome instanceof Promise)
      outcome.then(
        (settled) => this.#finish(settled),
        (error: unknown) => {
          this.#host.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
          const message = errorMessage(
            call.id,
            INTERNAL_ERROR,
            "the hub failed on this call; its log says more",
          );
          this.#finish({ status: "error", parts: [message], result: null, error: null });
        },
      );
    else this.#finish(outcome);
    return leave;
  }

  /** The client comes back with answers; what is missing is asked for again. */
  resume(retry: Retry, bytes: Buffer, id: Uint8Array, reply: Reply): () => void {
    clearTimeout(this.#expiry);
    const leave = this.#open(reply, id);
    for (const [key, question] of [...(this.#questions ?? [])]) {
      const span = retry.responses.get(key);
      if (span === undefined || !isAnswer(question.method, bytes, span)) continue;
      this.#questions?.delete(key);
      question.answer(
        resultMessage(question.serverId, Uint8Array.prototype.slice.call(bytes, span.start, span.end)),
      );
    }
    if (this.#outcome !== undefined) this.#deliver(this.#outcome);
    else if (this.#hasQuestions) this.#gather();
    return leave;
  }

  /** A server asks the client something while the call is under way. */
  ask(bytes: Buffer, envelope: Envelope, answer: (parts: readonly Uint8Array[]) => void): void {
    if (envelope.id === undefined) return;
    const serverId = Buffer.from(bytes.subarray(envelope.id.start, envelope.id.end));
    const { method } = envelope;
    if (this.#done || !isInputMethod(method) || !mayAsk(this.#call?.method ?? ""))
      return answer([errorMessage(serverId, INVALID_REQUEST, "the client cannot be asked this now")]);
    const params =
      envelope.params === undefined
        ? undefined
        : Uint8Array.prototype.slice.call(bytes, envelope.params.start, envelope.params.end);
    const missing = missingOf(
      requiredCapability(method, params),
      this.#message.subarray(this.#capabilities.start, this.#capabilities.end),
    );
    if (missing !== undefined) {
      this.#refused = missing;
      return answer([errorMessage(serverId, METHOD_NOT_FOUND, `the client does not support ${method}`)]);
    }
    this.#asked += 1;
    this.#questions ??= new Map();
    this.#questions.set(`input-${this.#asked}`, { method, params, serverId, answer });
    this.#gather();
  }

  get #hasQuestions(): boolean {
    return this.#questions !== undefined && this.#questions.size > 0;
  }

  #open(reply: Reply, id: Uint8Array): () => void {
    const round = { reply, id };
    this.#round = round;
    if (this.#call !== undefined) this.#call.session.waiting = false;
    return () => {
      // Closing the stream is the stateless era's cancel, but only of a round that has not been answered.
      if (this.#round === round) this.#call?.canceller?.cancel("the client closed the stream");
    };
  }

  #gather(): void {
    clearTimeout(this.#flock);
    this.#flock = setTimeout(() => this.#askClient(), FLOCK_MS);
  }

  #askClient(): void {
    const round = this.#round;
    const call = this.#call;
    if (round === undefined || call === undefined || !this.#hasQuestions || this.#outcome !== undefined)
      return;
    this.#round = undefined;
    call.session.waiting = true;
    const requests = [...(this.#questions ?? [])].map(([key, { method, params }]) => ({
      key,
      method,
      params,
    }));
    round.reply.send(
      resultMessage(round.id, inputRequiredResult({ requests, state: this.#host.seal(this, call) })),
    );
    this.#expiry = setTimeout(
      () => call.canceller?.cancel("the client did not come back in time"),
      STATE_LIFE_MS,
    );
  }

  #finish(outcome: Outcome): void {
    clearTimeout(this.#flock);
    clearTimeout(this.#expiry);
    this.#done = true;
    if (this.#call !== undefined) this.#host.ended(this.#call);
    this.#outcome = outcome;
    this.#questions = undefined;
    if (this.#round !== undefined) this.#deliver(outcome);
    // Between two rounds the outcome is kept until the client comes back, or until its state has expired.
    else this.#expiry = setTimeout(() => this.#host.over(this), STATE_LIFE_MS).unref();
  }

  #deliver(outcome: Outcome): void {
    const round = this.#round;
    const call = this.#call;
    if (round === undefined || call === undefined) return;
    this.#round = undefined;
    clearTimeout(this.#expiry);
    this.#host.over(this);
    if (outcome.parts === undefined) return round.reply.drop();
    if (this.#refused !== undefined && (outcome.status === "tool_error" || outcome.status === "error")) {
      const { code, message, data, httpStatus } = missingCapability(this.#refused, "the server needed it");
      return round.reply.send([errorMessage(round.id, code, message, data)], undefined, httpStatus);
    }
    const parts = statelessParts(call, outcome, round.id);
    round.reply.send(parts, undefined, statusOf(outcome));
    if (call.server !== undefined && round.reply.pendingBytes > 0) call.server.holdReading(round.reply);
  }
}

/** The message under the round's own id; what the hub itself made gets what the era requires of results. */
function statelessParts(call: Call, outcome: Outcome, id: Uint8Array): readonly Uint8Array[] {
  const parts = outcome.parts ?? [];
  const sameId = call.id.equals(id);
  if (outcome.fromServer === true && sameId) return parts;
  const bytes = Buffer.from(joinParts(parts));
  const envelope = scanMessage(bytes);
  const edits = envelope.id === undefined ? [] : [{ ...envelope.id, bytes: id }];
  if (outcome.fromServer !== true)
    edits.push(
      ...upgradeResult(call.method, bytes, envelope, { filtered: true }),
      ...upgradeError(bytes, envelope),
    );
  return splice(bytes, orderEdits(edits));
}

function statusOf(outcome: Outcome): number {
  if (outcome.error === null) return 200;
  const { code } = JSON.parse(new TextDecoder().decode(outcome.error)) as { code?: unknown };
  return typeof code === "number" ? httpStatusOf(code, outcome.fromServer === true ? "server" : "hub") : 200;
}
