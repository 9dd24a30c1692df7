import { GatehouseError } from "../../../shared/errors.ts";
import type { Offer } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { Approvals } from "../../core/consent/approvals.ts";
import { AwakeClock } from "../../core/consent/awake-clock.ts";
import { Grants, type HeldGrant } from "../../core/consent/grants.ts";
import { type CallKey, nextDeadline, type OpenCall, OpenCalls } from "../../core/consent/open-calls.ts";
import { ruleCovers } from "../../core/policy/compile.ts";
import { type Given, newQuestionId } from "../control/questions.ts";
import { paramsHash } from "../endpoint/stateless/request-states.ts";
import type { Call, Next, Outcome } from "../pipeline/call.ts";
import { cancelledOutcome } from "../pipeline/outcomes.ts";
import type { Ruling } from "../policy/policy-service.ts";
import type { Session } from "../sessions.ts";
import { lazy, ruleFor, sessionKey, whoAsks } from "./answers.ts";
import { exactHash } from "./asked-call.ts";
import { checkAnswer } from "./check-answer.ts";
import type { ConsentDeps } from "./deps.ts";
import { goOn } from "./go-on.ts";
import { grantOf } from "./grant.ts";
import { type Approval, approvalOf, covering, narrowings } from "./offers.ts";
import { callQuestion } from "./question.ts";
import { deniedByPerson, hubEnding, tooManyQuestions, unanswered } from "./texts.ts";
import type { Asked, Waiter } from "./waiter.ts";

/** Most open questions about calls, and of one client. */
const MAX_OPEN = 300;
const MAX_OF_CLIENT = 100;
/** How long a lost connection may stay lost while its call waits, in milliseconds. */
const LOST_MS = 10_000;
/** Time is looked at at least this often while somebody waits, in milliseconds. */
const TICK_MS = 1_000;
/** By how much a deadline must have moved before it is told, in milliseconds. */
const MOVED_MS = 1_500;

/**
 * Asks a person about calls, and remembers the answers. A call that waits holds nothing but its own bytes: it has been
 * given to no server, and its client's connection is kept alive as that of any long call.
 */
export class Consent {
  readonly grants = new Grants();
  readonly #deps: ConsentDeps;
  readonly #calls = new OpenCalls<Waiter>();
  readonly #asked = new Map<string, Asked>();
  readonly #approvals = new Approvals<Approval>();
  readonly #awake = new AwakeClock();
  /** How many calls wait for an answer. */
  waiting = 0;
  #disarm: (() => void) | undefined;
  #ending = false;

  constructor(deps: ConsentDeps) {
    this.#deps = deps;
  }

  /** A rule or the default says to ask: a grant answers, or a person does. */
  ask(call: Call, ruling: Ruling, next: Next): Outcome | Promise<Outcome> {
    const { clock, policy } = this.#deps;
    const by = whoAsks(ruling.decision);
    const go = (): Outcome | Promise<Outcome> => {
      call.recheck = ruling.changed;
      policy.sent(call);
      return next();
    };
    if (call.continues) return go();
    const client = call.client.id ?? "";
    const session = sessionKey(call.session, client);
    const hash = lazy(() => paramsHash(call.bytes, call.envelope));
    const covers = (rule: Rule): boolean => ruleCovers(rule, ruling.call, ruling.facts);
    const isOwn = call.client.asks !== undefined;
    const grant = isOwn
      ? undefined
      : this.grants.use({ client, session, askedBy: by, hash, covers }, clock.wall());
    if (grant !== undefined) {
      call.rule = `grant: ${grant.scope}`;
      call.approved = grant.hash === null ? undefined : exactHash(call);
      return go();
    }
    if (this.#ending) return hubEnding(call);
    const key = {
      client,
      session,
      server: call.route?.server ?? "",
      method: call.method,
      target: call.ownKey ?? call.target.value,
      hash: hash(),
    };
    const open = this.#calls.find(key);
    if (open === undefined && !this.#hasRoom(client)) return tooManyQuestions(call);
    return new Promise((resolve, reject) => {
      const waitMs = this.#deps.patience.deadlineOf(client, this.#deps.timeoutMs());
      const waiter: Waiter = {
        call,
        next,
        hash: exactHash(call),
        changed: ruling.changed,
        since: performance.now(),
        seconds: Math.round(waitMs / 1_000),
        lostSince: undefined,
        resolve,
        reject,
      };
      this.waiting += 1;
      const deadline = this.#now() + waitMs;
      const id = open?.id ?? newQuestionId();
      call.canceller = {
        cancel: () => this.#withdraw(id, waiter, cancelledOutcome, "the client gave up"),
      };
      if (open === undefined) this.#open(id, key, ruling, waiter, deadline);
      else {
        this.#calls.join(id, waiter, deadline);
        this.#refresh(open, true);
      }
      this.#arm();
    });
  }

  /** Takes the waiting calls back that fit, answered by what is given. */
  withdrawWhere(pick: (call: Call) => Outcome | undefined, why: string): void {
    for (const open of [...this.#calls.all()])
      for (const waiter of [...open.waiters.keys()]) {
        const outcome = pick(waiter.call);
        if (outcome !== undefined) this.#withdraw(open.id, waiter, outcome, why);
      }
  }

  /** Milliseconds since the epoch, on the clock that grants end by. */
  now(): number {
    return this.#deps.clock.wall();
  }

  /** A session is over, and what was granted for it. */
  sessionEnded(session: Session): void {
    const key = sessionKey(session, session.stored.clientId ?? "");
    this.withdrawWhere(
      (call) => (call.session === session ? cancelledOutcome : undefined),
      "the session was ended",
    );
    if (session.id === "") return;
    for (const { id, key: asked } of [...this.#calls.all()])
      if (asked.session === key) this.#gone(id, "the session was ended");
    this.grants.revokeWhere((grant) => grant.session === key);
  }

  /** A client is no longer let in: nothing of it waits or is granted any more. */
  clientRevoked(id: string): void {
    this.withdrawWhere(
      (call) => (call.client.id === id ? cancelledOutcome : undefined),
      "the client was revoked",
    );
    for (const { id: question, key } of [...this.#calls.all()])
      if (key.client === id) this.#gone(question, "the client was revoked");
    this.grants.revokeWhere((grant) => grant.client === id);
    this.#deps.patience.forget(id);
  }

  /** The hub ends: whoever waits is told so at once, and nobody is asked any more. */
  end(): void {
    this.#ending = true;
    this.withdrawWhere(hubEnding, "Gatehouse is ending");
    for (const { id } of [...this.#calls.all()]) this.#gone(id, "Gatehouse is ending");
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #hasRoom(client: string): boolean {
    if (this.#calls.size >= MAX_OPEN || this.#calls.countOf(client) >= MAX_OF_CLIENT) {
      const late = this.#calls.latest();
      if (late !== undefined) this.#gone(late.id, "newer calls wait");
    }
    return this.#calls.size < MAX_OPEN && this.#calls.countOf(client) < MAX_OF_CLIENT;
  }

  #open(id: string, key: CallKey, ruling: Ruling, waiter: Waiter, deadline: number): void {
    const { claims, clock, questions, emit } = this.#deps;
    const { call } = waiter;
    const group = JSON.stringify([key.client, key.server, key.method]);
    const tool = key.method === "tools/call" ? key.target : "";
    const isOwn = call.client.asks !== undefined;
    const approval = isOwn ? undefined : approvalOf(ruling);
    this.#calls.open(id, key, waiter, deadline);
    const question = callQuestion(call, {
      id,
      claims: claims(call),
      why: ruling.decision.why,
      narrowings: isOwn ? [] : narrowings(ruling),
      offer: approval === undefined ? null : this.#offer(group, tool, approval),
      askedAt: new Date(clock.wall()).toISOString(),
      deadline: this.#iso(deadline),
    });
    const asked: Asked = { key, group, tool, approval, by: whoAsks(ruling.decision), question };
    this.#asked.set(id, asked);
    questions.put(question, {
      check: (given) => checkAnswer(id, given, this.#asked.get(id), this.#calls.get(id), this.#deps),
      settle: (given) => this.#settle(id, given),
    });
    emit("questionAsked", question);
    this.#deps.previous(call).then(
      (previousText) => {
        if (previousText === null || asked.question.call === null || !this.#asked.has(id)) return;
        this.#show(asked, { ...asked.question, call: { ...asked.question.call, previousText } });
      },
      // What was allowed before is only a help: a question without it is a question all the same.
      () => undefined,
    );
  }

  /** A rule for the like approvals before, if they were enough: of the same tool, else of all of the server's. */
  #offer(group: string, tool: string, approval: Approval): Offer | null {
    for (const approvals of this.#approvals.toCover(group, tool, approval)) {
      const offer = covering(approvals);
      if (offer !== null) return offer;
    }
    return null;
  }

  /** Carries an answer out: what waits goes on first, then what is to last is kept. */
  #settle(id: string, given: Given): void | Promise<void> {
    const open = this.#calls.get(id);
    const asked = this.#asked.get(id);
    if (open === undefined || asked === undefined) return;
    this.#calls.remove(id);
    this.#asked.delete(id);
    this.#arm();
    const waiters = [...open.waiters.keys()];
    if (given.answer === "deny") {
      this.#approvals.forget(asked.group, asked.tool);
      for (const waiter of waiters)
        this.#finish(waiter, "person: deny", () => deniedByPerson(waiter.call, given.reason));
      return;
    }
    const lasting = given.answer === "allow-once" ? undefined : ruleFor(asked.question, given.narrowing);
    if (lasting !== undefined) this.#approvals.forget(asked.group, asked.tool);
    else if (asked.approval !== undefined) this.#approvals.approved(asked.group, asked.tool, asked.approval);
    const how = `person: ${given.answer}${given.arguments === undefined ? "" : ", edited"}`;
    for (const waiter of waiters) this.#finish(waiter, how, () => goOn(waiter, given, this.#deps));
    if (lasting === undefined) {
      if (waiters.length === 0) this.#grant(asked, given, "once");
    } else if (given.answer === "allow-always")
      return this.#deps.saveRule(lasting.rule, asked.by, given).catch((error: unknown) => {
        // The call itself has been allowed; only the rule is missing.
        throw error instanceof GatehouseError
          ? new GatehouseError(
              error.code,
              `the call was allowed once, but no rule could be saved: ${error.message}`,
              error.advice,
              error,
            )
          : error;
      });
    else this.#grant(asked, given, given.answer === "allow-hour" ? "hour" : "session", lasting);
  }

  #grant(asked: Asked, given: Given, scope: HeldGrant["scope"], offer?: Offer): void {
    const grant = grantOf(asked, scope, offer, this.#deps.clock.wall());
    this.grants.add(grant);
    this.#deps.audit("grant.add", `${grant.id} ${scope}: ${grant.words}`, given);
    this.#deps.emit("rulesChanged", {});
  }

  #withdraw(id: string, waiter: Waiter, outcome: Outcome, why: string): void {
    const open = this.#calls.get(id);
    if (open?.waiters.has(waiter) !== true) return;
    const last = this.#calls.leave(id, waiter);
    this.#finish(waiter, waiter.call.rule, () => outcome);
    if (last) this.#gone(id, why);
    else this.#refresh(open, true);
    this.#arm();
  }

  /** The wait is over, however: the time is taken down, and the call goes on with what `go` says. */
  #finish(
    { call, since, resolve, reject }: Waiter,
    rule: string | null,
    go: () => Outcome | Promise<Outcome>,
  ): void {
    this.waiting -= 1;
    call.canceller = undefined;
    call.consentMs += performance.now() - since;
    call.rule = rule;
    try {
      resolve(go());
    } catch (error) {
      reject(error);
    }
  }

  /** Nobody need answer a question any more. */
  #gone(id: string, withdrawn: string): void {
    this.#calls.remove(id);
    if (!this.#asked.delete(id)) return;
    this.#deps.questions.withdraw(id);
    this.#deps.emit("questionAnswered", { id, answer: "deny", by: "owner", withdrawn });
  }

  #tick(): void {
    this.#disarm = undefined;
    const now = this.#now();
    for (const open of [...this.#calls.all()])
      for (const waiter of [...open.waiters.keys()]) {
        waiter.lostSince = waiter.call.reply.connected ? undefined : (waiter.lostSince ?? now);
        if (waiter.lostSince !== undefined && now - waiter.lostSince >= LOST_MS)
          this.#withdraw(open.id, waiter, cancelledOutcome, "the client's connection was lost");
      }
    const { timedOut, forgotten } = this.#calls.pass(now);
    for (const { waiter } of timedOut)
      this.#finish(waiter, "no answer", () => unanswered(waiter.call, waiter.seconds));
    for (const { id } of forgotten) this.#gone(id, "nobody answered");
    for (const open of this.#calls.all()) this.#refresh(open, false);
    this.#arm();
  }

  /** Shows how many wait and until when, if that has changed. */
  #refresh(open: OpenCall<Waiter>, always: boolean): void {
    const asked = this.#asked.get(open.id);
    const call = asked?.question.call;
    if (asked === undefined || call === undefined || call === null) return;
    const waiting = open.waiters.size;
    const next = nextDeadline(open);
    const deadline = next === undefined ? asked.question.deadline : this.#iso(next);
    const moved = Math.abs(Date.parse(deadline ?? "") - Date.parse(asked.question.deadline ?? "")) > MOVED_MS;
    if (always || moved || waiting !== call.waiting)
      this.#show(asked, { ...asked.question, deadline, call: { ...call, waiting } });
  }

  #show(asked: Asked, question: Question): void {
    asked.question = question;
    this.#deps.questions.update(question);
    this.#deps.emit("questionChanged", question);
  }

  #now(): number {
    return this.#awake.at(this.#deps.clock.reading());
  }

  #iso(awake: number): string {
    return new Date(this.#deps.clock.wall() + awake - this.#now()).toISOString();
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#calls.size === 0) return this.#awake.rest();
    const now = this.#now();
    let wait = TICK_MS;
    for (const open of this.#calls.all()) wait = Math.min(wait, (nextDeadline(open) ?? now + wait) - now);
    this.#disarm = this.#deps.clock.after(Math.max(1, Math.ceil(wait)), () => this.#tick());
  }
}
