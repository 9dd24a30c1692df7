import { randomBytes } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Offer } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { Approvals } from "../../core/consent/approvals.ts";
import { AwakeClock } from "../../core/consent/awake-clock.ts";
import { Grants, type HeldGrant, HOUR_MS, ONCE_MS } from "../../core/consent/grants.ts";
import { type CallKey, nextDeadline, type OpenCall, OpenCalls } from "../../core/consent/open-calls.ts";
import type { Patience } from "../../core/consent/patience.ts";
import { ruleCovers } from "../../core/policy/compile.ts";
import type { Emit } from "../control/broadcaster.ts";
import { type Given, newQuestionId, type Questions } from "../control/questions.ts";
import { paramsHash } from "../endpoint/stateless/request-states.ts";
import type { Call, Next, Outcome } from "../pipeline/call.ts";
import { cancelledOutcome } from "../pipeline/outcomes.ts";
import type { PolicyService, Ruling } from "../policy/policy-service.ts";
import type { Session } from "../sessions.ts";
import { lazy, OF_CLIENT, ruleFor, sessionKey, textOfOutcome, whoAsks } from "./answers.ts";
import { exactHash, isEditable, shownArguments, shownText, withArguments } from "./asked-call.ts";
import { type Approval, approvalOf, covering, narrowings } from "./offers.ts";
import { callQuestion, type ServerClaims } from "./question.ts";
import { changedMeanwhile, deniedByPerson, hubEnding, tooManyQuestions, unanswered } from "./texts.ts";

/** Most open questions about calls, and of one client. */
const MAX_OPEN = 300;
const MAX_OF_CLIENT = 100;
/** How long a lost connection may stay lost while its call waits, in milliseconds. */
const LOST_MS = 10_000;
/** Time is looked at at least this often while somebody waits, in milliseconds. */
const TICK_MS = 1_000;
/** By how much a deadline must have moved before it is told, in milliseconds. */
const MOVED_MS = 1_500;
/** Arguments of the original that the audit keeps of an edited call, in characters. */
const NOTED_CHARACTERS = 4_000;

/** Time as consent uses it; tests hand in their own. */
export interface ConsentClock {
  /** Milliseconds of a clock that does not jump, except over the machine's sleep. */
  reading(): number;
  /** Milliseconds since the epoch. */
  wall(): number;
  /** Runs something once; returns its disposer. */
  after(milliseconds: number, run: () => void): () => void;
}

export interface ConsentDeps {
  readonly questions: Questions;
  readonly emit: Emit;
  readonly policy: Pick<PolicyService, "rule" | "sent">;
  readonly patience: Patience;
  readonly clock: ConsentClock;
  /** How long to wait for an answer, in milliseconds, as configured. */
  readonly timeoutMs: () => number;
  readonly claims: (call: Call) => ServerClaims;
  /** The arguments of the last call of a tool that was let through, as raw JSON. */
  readonly previous: (call: Call) => Promise<string | null>;
  /** Why a call cannot be made after all; looked at when it is allowed. `edited`: its arguments are other than before. */
  readonly obstacle: (call: Call, ruling: Ruling, edited: boolean) => Outcome | undefined;
  /** Writes a rule down, before the one that asked. */
  readonly saveRule: (rule: Rule, askedBy: string, given: Given) => Promise<void>;
  readonly audit: (act: string, detail: string, given: Given) => void;
}

/** One call that waits for an answer. */
interface Waiter {
  readonly call: Call;
  readonly next: Next;
  /** SHA-256 of the params as they were asked about. */
  readonly hash: string;
  /** Why what was asked about has become something else: a link on a path was swapped. */
  readonly changed: Ruling["changed"];
  /** performance.now() milliseconds. */
  readonly since: number;
  readonly seconds: number;
  /** Since when its client's connection is lost, in awake time. */
  lostSince: number | undefined;
  readonly resolve: (outcome: Outcome | Promise<Outcome>) => void;
  readonly reject: (error: unknown) => void;
}

/** What the hub keeps of a question beside its waiters. */
interface Asked {
  readonly key: CallKey;
  readonly group: string;
  readonly tool: string;
  readonly approval: Approval | undefined;
  /** What asked: a rule by its id or place, or the default. */
  readonly by: string;
  question: Question;
}

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
      check: (given) => this.#check(id, given),
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

  /** Throws when an answer makes no sense, before it is taken. */
  #check(id: string, given: Given): void {
    const { answer, narrowing, arguments: text } = given;
    const bad = (message: string, advice?: string): GatehouseError =>
      new GatehouseError("bad_request", message, advice);
    if (answer === "approve")
      throw bad(
        "a call is allowed, not approved",
        "Answer allow-once, allow-session, allow-hour, allow-always or deny.",
      );
    if (answer === "deny") return;
    const asked = this.#asked.get(id);
    const open = this.#calls.get(id);
    if (asked === undefined || open === undefined)
      throw new GatehouseError("not_found", `nobody waits for question ${id} any more`);
    if (answer !== "allow-once") ruleFor(asked.question, narrowing);
    if (text === undefined) return;
    const [waiter] = open.waiters.keys();
    if (waiter === undefined)
      throw bad("its client has given up, so that its arguments cannot be edited", "Allow it as it is.");
    if (!isEditable(waiter.call.method)) throw bad(`a request ${waiter.call.method} has no arguments`);
    const edited = withArguments(waiter.call, text);
    if (typeof edited === "string") throw bad(edited, "Give one JSON object.");
    const copy: Call = { ...waiter.call, ...edited };
    const obstacle = this.#deps.obstacle(copy, this.#deps.policy.rule(copy), true);
    if (obstacle !== undefined) throw bad(`the edited call cannot be made: ${textOfOutcome(obstacle)}`);
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
    for (const waiter of waiters) this.#allow(waiter, given);
    if (lasting === undefined) {
      if (waiters.length === 0) this.#grant(asked, given, "once", undefined);
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

  #allow(waiter: Waiter, given: Given): void {
    const { call, next } = waiter;
    const { policy } = this.#deps;
    this.#finish(waiter, `person: ${given.answer}${given.arguments === undefined ? "" : ", edited"}`, () => {
      if (exactHash(call) !== waiter.hash || waiter.changed() !== undefined) return changedMeanwhile(call);
      if (given.arguments !== undefined) {
        const edited = withArguments(call, given.arguments);
        if (typeof edited === "string") return changedMeanwhile(call);
        call.original = { bytes: call.bytes, envelope: call.envelope };
        const before = shownText(shownArguments(call)).slice(0, NOTED_CHARACTERS);
        Object.assign(call, edited);
        this.#deps.audit("call.edited", `${call.ownKey ?? call.target.value}: instead of ${before}`, given);
      }
      const ruling = policy.rule(call);
      const obstacle = this.#deps.obstacle(call, ruling, given.arguments !== undefined);
      if (obstacle !== undefined) return obstacle;
      call.approved = exactHash(call);
      call.recheck = ruling.changed;
      policy.sent(call);
      return next();
    });
  }

  #grant(asked: Asked, given: Given, scope: HeldGrant["scope"], offer: Offer | undefined): void {
    const { key, question } = asked;
    const now = this.#deps.clock.wall();
    const rule: Rule = offer?.rule ?? { server: key.server, method: key.method, decision: "allow" };
    const lasts = scope === "once" ? ONCE_MS : scope === "hour" ? HOUR_MS : undefined;
    const grant: HeldGrant = {
      id: `g-${randomBytes(5).toString("hex")}`,
      client: key.client,
      clientName: question.client ?? "",
      scope,
      session: scope === "hour" ? null : key.session,
      sessionLabel: scope === "hour" ? null : (question.call?.session ?? null),
      rule,
      hash: scope === "once" ? key.hash : null,
      askedBy: asked.by,
      words: offer?.words ?? `Exactly this call of ${key.target} on ${key.server}, once`,
      grantedAt: now,
      expiresAt: lasts === undefined ? null : now + lasts,
      idles: scope === "session" && key.session.startsWith(OF_CLIENT),
      uses: 0,
      lastUsedAt: null,
    };
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
