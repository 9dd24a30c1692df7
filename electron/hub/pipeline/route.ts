import { type CatalogView, routeUri } from "../../core/catalog/aggregate.ts";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { DENIED, INTERNAL_ERROR, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { type Edit, orderEdits, splice } from "../../core/jsonrpc/splice.ts";
import { combine, type ParamsChange } from "../../core/mcp/stateless-era/edits.ts";
import { readInputRequired, retryChange } from "../../core/mcp/stateless-era/round-trips.ts";
import { isAsApproved } from "../consent/asked-call.ts";
import { changedMeanwhile, refusal, whatOf } from "../consent/texts.ts";
import type { InFlight } from "../endpoint/in-flight.ts";
import type { MayAsk } from "../endpoint/server-messages.ts";
import type { Ticket } from "../servers/call-queue.ts";
import type { OutboundRequest } from "../servers/connection.ts";
import type { ServerEra } from "../servers/era.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Cancellable } from "../sessions.ts";
import { CallTask } from "../tasks/call-task.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { AskSession, Call, Outcome } from "./call.ts";
import { CallDeadline, holdDeadlines } from "./call-deadline.ts";
import { noteEvent } from "./call-events.ts";
import { limitOf } from "./call-limits.ts";
import { cancelledOutcome, diedOutcome, errorOutcome, timeoutOutcome, unmadeOutcome } from "./outcomes.ts";

/** Rounds of questions that a stateless server may need for one call. */
const MAX_ROUNDS = 20;

/** Sets where a call leads in the client's view: its route, and what the server itself calls the target. */
export function findRoute(call: Pick<Call, "target" | "route" | "ownKey">, view: CatalogView): void {
  const { space, value } = call.target;
  if (space === "uri") {
    const found = routeUri(view, value);
    call.route = found?.route;
    call.ownKey = found?.uri;
  } else if (space !== "tasks") {
    call.route = view.routes[space].get(value);
    call.ownKey = call.route?.key;
  }
}

/** What the last step needs of the hub. */
export interface RouteDeps {
  readonly inFlight: InFlight;
  readonly askSession: AskSession;
  readonly tasks: Tasks;
  /** Whether a server may ask a client something. */
  readonly mayAsk: MayAsk;
  /** Why no call may be made now; undefined: calls may. */
  readonly refusal: () => Error | undefined;
}

/** The last step: hands the call to its server and turns the answer, spliced and never parsed, into the outcome. */
export function routeCall(deps: RouteDeps, call: Call): Outcome | Promise<Outcome> {
  const { server, ownKey } = call;
  if (server === undefined || ownKey === undefined)
    return errorOutcome(call, SERVER_UNAVAILABLE, "the call leads to no server");
  return new Promise((resolve) => new Routing(deps, call, server, ownKey, resolve).send(undefined));
}

/** One call at its server: sent, and sent again with the answers when a stateless server asks for some first. */
class Routing implements Cancellable {
  readonly #deps: RouteDeps;
  readonly #call: Call;
  readonly #server: ManagedServer;
  readonly #ownKey: string;
  readonly #resolve: (outcome: Outcome) => void;
  #ticket: Ticket | undefined;
  /** Set where the answer may be a task; undefined for prompts and resources. */
  readonly #task: CallTask | undefined;
  #rounds = 0;
  #settled = false;

  constructor(
    deps: RouteDeps,
    call: Call,
    server: ManagedServer,
    ownKey: string,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#deps = deps;
    this.#call = call;
    this.#server = server;
    this.#ownKey = ownKey;
    this.#resolve = resolve;
    if (call.method === "tools/call") this.#task = new CallTask(deps, call, server, ownKey);
    call.queuedAt = performance.now();
    deps.inFlight.add(server, call);
    call.canceller = this;
    const limit = limitOf(server.config, call.method === "tools/call" ? ownKey : undefined);
    if (limit !== undefined)
      call.deadline = new CallDeadline(
        limit,
        () => this.#sentAt,
        (expired) => this.#abandon("timed out", timeoutOutcome(call, server.name, limit, expired)),
      );
  }

  /** performance.now() of the first send; 0 while there was none. */
  get #sentAt(): number {
    return this.#call.sentAt > 0 ? this.#call.sentAt : (this.#request?.sentAt ?? 0);
  }

  /** `answers` is what a further round adds to the request. */
  send(answers: ParamsChange | undefined): void {
    if (this.#refused()) return;
    const call = this.#call;
    const request: OutboundRequest = {
      bytes: call.bytes,
      envelope: call.envelope,
      edits: (era) => this.#edits(era, answers),
      mirrored: call.method === "tools/call" ? this.#server.catalog.mirroredArguments(this.#ownKey) : [],
      withdrawn: () => this.#refused() || this.#withdrawn(),
      sentAt: 0,
      sentAs: 0,
      answered: (bytes, answer, era) => {
        if (call.sentAt === 0) call.sentAt = request.sentAt;
        this.#noteSent();
        call.answeredAt = performance.now();
        if (era.kind === "stateless" && answer.resultType === "input_required")
          if (call.answersRounds) this.#passRound(request, bytes, answer, era);
          else this.#round(bytes, answer);
        else this.#answer(request, bytes, answer, era);
      },
      progressed: (parts, note) => {
        call.deadline?.progressed();
        noteEvent(call, "server", "notification", "notifications/progress", parts, note);
        call.reply.notify(parts);
      },
      failed: ({ end }) => {
        call.sentAt = request.sentAt;
        this.#noteSent();
        call.answeredAt = performance.now();
        this.#settle(diedOutcome(call, this.#server.name, end));
      },
    };
    this.#request = request;
    this.#ticket = this.#server.submit(request, (error) => this.#unavailable(error.code, error.message));
  }

  #request: OutboundRequest | undefined;

  /** Its trace knows by which id its server does. */
  #noteSent(): void {
    if (this.#call.trace !== undefined) this.#call.trace.sentAs = this.#request?.sentAs ?? 0;
  }

  #answer(request: OutboundRequest, bytes: Buffer, answer: Envelope, era: ServerEra): void {
    const call = this.#call;
    const task = this.#task;
    if (task === undefined) {
      const edits = call.target.space === "tasks" ? this.#deps.tasks.renamed(call, bytes, answer) : NO_EDITS;
      return this.#settle(answerOutcome(call, bytes, answer, era, edits));
    }
    const taken = task.take(request, bytes, answer, era);
    if (!(taken instanceof Promise)) return this.#settle(answerOutcome(call, bytes, answer, era, taken));
    const { progressedAfter } = request;
    if (progressedAfter !== undefined)
      request.progressedAfter = (parts) => {
        call.deadline?.progressed();
        progressedAfter(parts);
      };
    taken.then(
      (last) => {
        call.answeredAt = performance.now();
        this.#settle(answerOutcome(call, last.bytes, last.envelope, era, NO_EDITS));
      },
      (error: Error) =>
        this.#settle(
          errorOutcome(
            call,
            INTERNAL_ERROR,
            `the server ${this.#server.name} gave no answer: ${error.message}`,
          ),
        ),
    );
  }

  /** Calls can be recorded no more since this one was let in: it waited, for a person or for its server. */
  #refused(): boolean {
    const why = this.#deps.refusal();
    if (why !== undefined) this.#settle(unmadeOutcome(this.#call, why));
    return why !== undefined;
  }

  /** The person or a rule allowed paths that lead elsewhere by now: links were swapped while the call waited. */
  #withdrawn(): boolean {
    const call = this.#call;
    const why = call.recheck?.();
    if (why === undefined) return false;
    this.#settle(refusal(call, `Gatehouse denied this call of ${whatOf(call)}: ${why}. Do not retry it.`));
    return true;
  }

  /**
   * What changes in the message on its way: what its server calls the target, and what the server's era wants. Nothing
   * of what a person has approved may: such a call is not sent.
   */
  #edits(era: ServerEra, answers: ParamsChange | undefined): readonly Edit[] | undefined {
    const { bytes, envelope, codec, target } = this.#call;
    const change = this.#task?.change(era);
    const more = change === undefined ? answers : answers === undefined ? change : combine(change, answers);
    const trace = this.#call.trace?.change;
    const all = trace === undefined ? more : more === undefined ? trace : combine(more, trace);
    const changes = codec.request(bytes, envelope, era, all);
    if (!isAsApproved(this.#call, changes)) {
      this.#settle(changedMeanwhile(this.#call));
      return undefined;
    }
    if (this.#ownKey === target.value) return changes;
    const edits = [...changes, { ...target.span, bytes: encodeJson(this.#ownKey) }];
    return edits;
  }

  /** A stateless server wants something of a stateless client first: it is passed on if it may ask all of it. */
  #passRound(request: OutboundRequest, bytes: Buffer, answer: Envelope, era: ServerEra): void {
    const call = this.#call;
    const wanted =
      answer.result === undefined
        ? "no result"
        : readInputRequired(bytes.subarray(answer.result.start, answer.result.end));
    // What cannot be read asks for nothing that the client could give.
    if (typeof wanted === "string") return this.#answer(request, bytes, answer, era);
    const release = holdDeadlines([call]);
    const judged = wanted.requests.map(({ method, params }) =>
      this.#deps.mayAsk(this.#server, call.session, method, params),
    );
    const asked = judged.some((verdict) => verdict instanceof Promise) ? performance.now() : undefined;
    Promise.all(judged).then((verdicts) => {
      if (asked !== undefined) call.consentMs += performance.now() - asked;
      release();
      const refused = verdicts.find((verdict) => verdict !== true);
      if (refused === undefined) this.#answer(request, bytes, answer, era);
      else this.#settle(errorOutcome(call, DENIED, refused, { code: "denied" }, "denied"));
    });
  }

  /** A stateless server wants something of a session client first: it is asked, and the request sent again with it. */
  #round(bytes: Buffer, answer: Envelope): void {
    const call = this.#call;
    this.#rounds += 1;
    const wanted =
      answer.result === undefined
        ? "no result"
        : readInputRequired(bytes.subarray(answer.result.start, answer.result.end));
    if (typeof wanted === "string" || this.#rounds > MAX_ROUNDS) {
      const why = typeof wanted === "string" ? wanted : "it does not stop asking";
      return this.#unavailable(
        "bad_answer",
        `the server ${this.#server.name} asked for input in a way that cannot be met: ${why}`,
      );
    }
    const release = holdDeadlines([call]);
    // That was no answer yet.
    call.answeredAt = 0;
    this.#deps.askSession(this.#server, call.session, wanted.requests).then(
      (given) => {
        release();
        if (!this.#settled) this.send(retryChange(given, wanted.state));
      },
      (error: Error) =>
        this.#settle(
          errorOutcome(call, INTERNAL_ERROR, `what the server asked for could not be got: ${error.message}`),
        ),
    );
  }

  #unavailable(code: string, message: string): void {
    this.#settle(errorOutcome(this.#call, SERVER_UNAVAILABLE, message, { code, server: this.#server.name }));
  }

  /** The client wants the call no more. */
  cancel(reason: string): void {
    this.#abandon(reason, cancelledOutcome);
  }

  #abandon(reason: string, outcome: Outcome): void {
    this.#call.sentAt = this.#sentAt;
    this.#noteSent();
    this.#ticket?.cancel(reason);
    this.#task?.cancel(reason);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#call.deadline?.end();
    this.#task?.settled();
    this.#deps.inFlight.remove(this.#server, this.#call);
    this.#server.used();
    this.#call.canceller = undefined;
    this.#resolve(outcome);
  }
}

const NO_EDITS: readonly Edit[] = [];

/** `renames` are further edits of the result, apart from the codec's. */
function answerOutcome(
  call: Call,
  bytes: Buffer,
  answer: Envelope,
  era: ServerEra,
  renames: readonly Edit[],
): Outcome {
  const changes = call.codec.answer(bytes, answer, era);
  if (changes === undefined)
    return errorOutcome(
      call,
      INTERNAL_ERROR,
      `the server's answer (${answer.resultType}) is none that this client knows`,
    );
  const edits: Edit[] = answer.id === undefined ? [] : [{ ...answer.id, bytes: call.id }];
  if (changes.length > 0 || renames.length > 0) {
    edits.push(...changes, ...renames);
    orderEdits(edits);
  }
  const slice = (span: Span | undefined): Uint8Array | null =>
    span === undefined ? null : bytes.subarray(span.start, span.end);
  return {
    status: answer.kind === "error" ? "error" : answer.resultIsError ? "tool_error" : "ok",
    parts: splice(bytes, edits),
    result: slice(answer.result),
    error: slice(answer.error),
    fromServer: true,
  };
}
