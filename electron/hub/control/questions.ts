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

/** Changes that somebody without the right to make them has asked for, until somebody with the right answers. */
export class Questions {
  readonly #open = new Map<string, Question>();
  readonly #actions = new Map<string, (allowed: boolean) => void>();

  list(): Question[] {
    return [...this.#open.values()];
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
      change: asked.change,
      launch: asked.launch,
      warnings: asked.warnings,
    };
    this.#open.set(question.id, question);
    if (action !== undefined) this.#actions.set(question.id, action);
    return question;
  }

  /** An open question; throws `not_found` when there is none of this id. */
  get(id: string): Question {
    const question = this.#open.get(id);
    if (question === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no open question ${id}`,
        "It may have been answered already; see `gatehouse pending`.",
      );
    return question;
  }

  /** Takes a question off the list; the first answer wins. */
  take(id: string): { question: Question; action: ((allowed: boolean) => void) | undefined } {
    const question = this.get(id);
    const action = this.#actions.get(id);
    this.withdraw(id);
    return { question, action };
  }

  /** Forgets a question that nobody need answer any more; false if it was answered already. */
  withdraw(id: string): boolean {
    this.#actions.delete(id);
    return this.#open.delete(id);
  }

  /** Whether an answer lets the change happen. */
  static allows(answer: Answer): boolean {
    return answer !== "deny";
  }
}

function serverOf(change: Change | null): string | null {
  return change?.type.startsWith("server.") && "name" in change ? change.name : null;
}
