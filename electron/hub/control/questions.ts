import { randomBytes } from "node:crypto";
import type { ParsedParams } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Held } from "../../../shared/model/consent.ts";
import type { Answer, Change, Question } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";
import type { Caller } from "./control-endpoint.ts";

/** Most open questions; a caller that floods is refused. */
const MAX_OPEN = 50;

export interface Asked {
  /** What is done when it is allowed; null for a question with an action of its own. */
  readonly change: Change | null;
  /** How a server that is to be added is shown, where that is not as it was asked for: without its credentials. */
  readonly shown?: ServerConfig;
  readonly title: string;
  readonly launch: Launch | null;
  readonly warnings: string[];
  /** What is held back of a server, for a question about that. */
  readonly held?: readonly Held[];
}

/** An answer as it was given, and by whom. */
export interface Given extends ParsedParams<"questions.answer"> {
  readonly caller: Caller;
}

/** What somebody else's question needs when it is answered. */
export interface Settling {
  /** Throws when an answer cannot be carried out; the question stays open then. */
  check?(given: Given): void;
  /** Carries it out: the question is taken, no other answer comes. */
  settle(given: Given): void | Promise<void>;
}

interface Open {
  /** As it is shown: values of environments and headers are left out. */
  question: Question;
  readonly change: Change | null;
  readonly settling: Settling | undefined;
}

/** Changes that somebody without the right to make them has asked for, until somebody with the right answers. */
export class Questions {
  readonly #open = new Map<string, Open>();

  list(): Question[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Clients that wait to be let in. */
  get pairings(): number {
    let count = 0;
    for (const { question } of this.#open.values()) if (question.kind === "pair") count += 1;
    return count;
  }

  /** No further question is taken. */
  get full(): boolean {
    return this.#changes() >= MAX_OPEN;
  }

  /** Opens a question; `action`, if given, is run with the answer instead of a change. */
  ask(asked: Asked, action?: (allowed: boolean) => void): Question {
    if (this.full)
      throw new GatehouseError(
        "bad_request",
        "too many questions are open",
        "Answer or deny the open ones first.",
      );
    const question: Question = {
      id: newQuestionId(),
      kind: kindOf(asked.change),
      client: null,
      server: serverOf(asked.change) ?? asked.held?.[0]?.server ?? null,
      tool: null,
      arguments: null,
      askedAt: new Date().toISOString(),
      deadline: null,
      title: asked.title,
      change: asked.change === null ? null : withoutValues(asked.change, asked.shown),
      launch: asked.launch,
      warnings: asked.warnings,
      call: null,
      pairing: null,
      held: asked.held === undefined ? null : [...asked.held],
    };
    const settling =
      action === undefined ? undefined : { settle: ({ answer }: Given) => action(Questions.allows(answer)) };
    this.#open.set(question.id, { question, change: asked.change, settling });
    return question;
  }

  /** The open question about letting this client in, if there is one. */
  sameClient(name: string): string | undefined {
    for (const { question, change } of this.#open.values())
      if (change?.type === "client.add" && change.name.toLowerCase() === name.toLowerCase())
        return question.id;
    return undefined;
  }

  /** Opens a question that somebody else keeps and bounds. */
  put(question: Question, settling: Settling): void {
    this.#open.set(question.id, { question, change: null, settling });
  }

  /** Shows an open question as it is now; nothing happens when it was answered already. */
  update(question: Question): void {
    const open = this.#open.get(question.id);
    if (open !== undefined) open.question = question;
  }

  /** An open question, with what was really asked for; throws `not_found` when there is none of this id. */
  get(id: string): Open {
    const open = this.#open.get(id);
    if (open === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no open question ${id}`,
        "It may have been answered already; see `gatehouse pending`.",
      );
    return open;
  }

  /** Takes a question off the list; the first answer wins. */
  take(id: string): Open {
    const open = this.get(id);
    this.withdraw(id);
    return open;
  }

  /** Forgets a question that nobody need answer any more; false if it was answered already. */
  withdraw(id: string): boolean {
    return this.#open.delete(id);
  }

  #changes(): number {
    let count = 0;
    for (const { question } of this.#open.values()) if (question.kind !== "call") count += 1;
    return count;
  }

  /** Whether an answer lets the change happen. */
  static allows(answer: Answer): boolean {
    return answer !== "deny";
  }
}

/** Names a question for those who answer it; random, so that none can be answered before it was seen. */
export const newQuestionId = (): string => `q-${randomBytes(5).toString("hex")}`;

/** A change as others may see it: what somebody pasted as the value of a variable or header is nobody else's to read. */
function withoutValues(change: Change, shown: ServerConfig | undefined): Change {
  if (change.type === "secret.set") return { ...change, value: "(hidden)" };
  if (change.type === "secret.unlock") return { ...change, passphrase: "(hidden)" };
  if (change.type !== "server.add") return change;
  const config = shown ?? change.config;
  const hidden =
    config.type === "stdio"
      ? { ...config, env: withNamesOnly(config.env) }
      : { ...config, headers: withNamesOnly(config.headers) };
  return { ...change, config: hidden };
}

function withNamesOnly(values: Readonly<Record<string, string>>): Record<string, string> {
  const shown = (value: string): string =>
    /^(Bearer |Basic |Token )?\$\{(secret|env):[^}]*\}$/i.test(value) || value === "" ? value : "(hidden)";
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]));
}

function kindOf(change: Change | null): Question["kind"] {
  if (change?.type === "pins.accept") return "tool";
  return change?.type.startsWith("server.") === true ? "server" : "config";
}

function serverOf(change: Change | null): string | null {
  return change?.type.startsWith("server.") && "name" in change ? change.name : null;
}
