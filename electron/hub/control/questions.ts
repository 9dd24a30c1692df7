import { randomBytes } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Answer, Change, Question } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";

/** Most open questions; a caller that floods is refused. */
const MAX_OPEN = 50;

export interface Asked {
  /** What is done when it is allowed; null for a question with an action of its own. */
  readonly change: Change | null;
  readonly title: string;
  readonly launch: Launch | null;
  readonly warnings: string[];
}

interface Open {
  /** As it is shown: values of environments and headers are left out. */
  readonly question: Question;
  readonly change: Change | null;
  readonly action: ((allowed: boolean) => void) | undefined;
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

  /** Opens a question; `action`, if given, is run with the answer instead of a change. */
  ask(asked: Asked, action?: (allowed: boolean) => void): Question {
    if (this.#open.size >= MAX_OPEN)
      throw new GatehouseError(
        "bad_request",
        "too many questions are open",
        "Answer or deny the open ones first.",
      );
    const question: Question = {
      id: `q-${randomBytes(5).toString("hex")}`,
      kind: asked.change?.type.startsWith("server.") === true ? "server" : "config",
      client: null,
      server: serverOf(asked.change),
      tool: null,
      arguments: null,
      askedAt: new Date().toISOString(),
      deadline: null,
      title: asked.title,
      change: asked.change === null ? null : withoutValues(asked.change),
      launch: asked.launch,
      warnings: asked.warnings,
      call: null,
      pairing: null,
      held: null,
    };
    this.#open.set(question.id, { question, change: asked.change, action });
    return question;
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

  /** Whether an answer lets the change happen. */
  static allows(answer: Answer): boolean {
    return answer !== "deny";
  }
}

/** A change as others may see it: what somebody pasted as the value of a variable or header is nobody else's to read. */
function withoutValues(change: Change): Change {
  if (change.type !== "server.add") return change;
  const { config } = change;
  const hidden =
    config.type === "stdio"
      ? { ...config, env: withNamesOnly(config.env) }
      : { ...config, headers: withNamesOnly(config.headers) };
  return { ...change, config: hidden };
}

function withNamesOnly(values: Readonly<Record<string, string>>): Record<string, string> {
  const shown = (value: string): string =>
    /^\$\{(secret|env):[^}]*\}$/.test(value) || value === "" ? value : "(hidden)";
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]));
}

function serverOf(change: Change | null): string | null {
  return change?.type.startsWith("server.") && "name" in change ? change.name : null;
}
