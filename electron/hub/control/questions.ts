import { randomBytes } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Answer, Change, Question } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";

/** Most open questions; a caller that floods is refused. */
const MAX_OPEN = 50;

export interface Asked {
  readonly change: Change;
  readonly title: string;
  readonly launch: Launch | null;
  readonly warnings: string[];
}

/** Changes that somebody without the right to make them has asked for, until somebody with the right answers. */
export class Questions {
  readonly #open = new Map<string, Question>();

  list(): Question[] {
    return [...this.#open.values()];
  }

  get size(): number {
    return this.#open.size;
  }

  ask(asked: Asked): Question {
    if (this.#open.size >= MAX_OPEN)
      throw new GatehouseError(
        "bad_request",
        "too many questions are open",
        "Answer or deny the open ones first.",
      );
    const question: Question = {
      id: `q-${randomBytes(5).toString("hex")}`,
      kind: asked.change.type.startsWith("server.") ? "server" : "config",
      client: null,
      server: "name" in asked.change && asked.change.type.startsWith("server.") ? asked.change.name : null,
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
    return question;
  }

  /** Takes a question off the list; the first answer wins. */
  take(id: string): Question {
    const question = this.#open.get(id);
    if (question === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no open question ${id}`,
        "It may have been answered already; see `gatehouse pending`.",
      );
    this.#open.delete(id);
    return question;
  }

  /** Whether an answer lets the change happen. */
  static allows(answer: Answer): boolean {
    return answer !== "deny";
  }
}
