/**
 * How this page gets something changed. It never can by itself: in the desktop main asks in a native dialog, in a
 * browser the change waits as a question until somebody with the right to answers it.
 */
import type { Bridge } from "../../shared/bridge.ts";
import type { Change } from "../../shared/model/question.ts";
import type { Connection } from "./connection.ts";

export type ChangeOutcome =
  /** Carried out. */
  | { readonly outcome: "done" }
  /** The person said no. */
  | { readonly outcome: "declined" };

export interface Changes {
  /** Asks for a change; resolves when it is decided, rejects with an Error when it failed. */
  ask(change: Change): Promise<ChangeOutcome>;
  dispose(): void;
}

/** Asks through the desktop when there is one, otherwise through the hub's questions. */
export function createChanges(connection: Connection, bridge: Bridge | undefined): Changes {
  if (bridge !== undefined) {
    return {
      ask: async (change) => ({ outcome: await bridge.ask(change) }),
      dispose: () => undefined,
    };
  }
  const waiting = new Map<string, (outcome: ChangeOutcome) => void>();
  // An answer may come before the reply to questions.ask has been read.
  const early = new Map<string, ChangeOutcome>();
  const dispose = connection.on("questionAnswered", ({ id, answer }) => {
    const outcome: ChangeOutcome = { outcome: answer === "deny" ? "declined" : "done" };
    const resolve = waiting.get(id);
    waiting.delete(id);
    if (resolve !== undefined) resolve(outcome);
    else {
      early.set(id, outcome);
      const oldest = early.keys().next().value;
      if (early.size > 100 && oldest !== undefined) early.delete(oldest);
    }
  });
  return {
    async ask(change) {
      const { id } = await connection.call("questions.ask", { change });
      const known = early.get(id);
      if (known !== undefined) return known;
      return await new Promise((resolve) => waiting.set(id, resolve));
    },
    dispose,
  };
}
