import type { Held } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Broadcaster } from "../control/broadcaster.ts";
import type { Asked, Questions } from "../control/questions.ts";

/** Keeps one question open for each server of which something is held back, so that the person hears of it. */
export class PinQuestions {
  readonly #questions: Questions;
  readonly #broadcaster: Broadcaster;
  /** By server: the open question, and the ids that it is about. */
  readonly #open = new Map<string, { readonly id: string; readonly about: string }>();

  constructor(questions: Questions, broadcaster: Broadcaster) {
    this.#questions = questions;
    this.#broadcaster = broadcaster;
  }

  /** What is held of a server is now this: asks about it, instead of about what was held before. */
  changed(server: string, held: readonly Held[]): void {
    const about = aboutOf(held.map(({ id }) => id));
    const open = this.#open.get(server);
    if (open?.about === about) return;
    this.#open.delete(server);
    if (open !== undefined && this.#questions.withdraw(open.id))
      this.#broadcaster.emit("questionAnswered", { id: open.id, answer: "deny", by: "owner" });
    if (held.length === 0 || this.#questions.full) return;
    const question = this.#questions.ask(askedFor(held));
    this.#open.set(server, { id: question.id, about });
    this.#broadcaster.emit("questionAsked", question);
  }

  /** The open question about exactly these ids, so that nobody is asked the same twice. */
  find(ids: readonly string[]): Question | undefined {
    const about = aboutOf(ids);
    const found = [...this.#open.values()].find((open) => open.about === about);
    return this.#questions.list().find(({ id }) => id === found?.id);
  }
}

const aboutOf = (ids: readonly string[]): string => [...ids].sort().join("\n");

/** A question about what is held, in words. */
export function askedFor(held: readonly Held[]): Asked {
  const servers = [...new Set(held.map(({ server }) => server))].join(", ");
  return {
    change: { type: "pins.accept", ids: held.map(({ id }) => id) },
    title: `Accept what ${servers} has changed: ${summaryOf(held)}`,
    launch: null,
    warnings: [...new Set(held.flatMap(({ name, flags }) => flags.map((flag) => `${name}: ${flag}`)))].slice(
      0,
      20,
    ),
    held,
  };
}

const NOUNS: Readonly<Record<Held["kind"], readonly [one: string, many: string]>> = {
  tool: ["tool", "tools"],
  prompt: ["prompt", "prompts"],
  resource: ["resource", "resources"],
  template: ["resource template", "resource templates"],
  instructions: ["its instructions", "its instructions"],
  package: ["its package", "its package"],
};

function summaryOf(held: readonly Held[]): string {
  return Object.entries(NOUNS)
    .flatMap(([kind, [one, many]]) => {
      const of = held.filter((each) => each.kind === kind);
      if (of.length === 0) return [];
      if (kind === "instructions" || kind === "package") return [one];
      const counted = (count: number, word: string): string[] =>
        count === 0 ? [] : [`${count} ${word} ${count === 1 ? one : many}`];
      const changed = of.filter(({ change }) => change === "changed").length;
      return [...counted(changed, "changed"), ...counted(of.length - changed, "new")];
    })
    .join(", ");
}
