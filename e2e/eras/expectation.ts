import { expect } from "vitest";
import type { Message } from "../lib/mcp-client.ts";
import { type WaitOptions, waitFor } from "../lib/wait.ts";
import type { Answers, EraClient, Exchange, RequestOptions, Revision } from "./client.ts";
import type { ServerForm, Stage } from "./servers.ts";

/** A client of one revision in front of one form of server. */
export interface Pair {
  readonly revision: Revision;
  readonly form: ServerForm;
}

/** What an expectation is looked at with. */
export interface Scene extends Pair {
  readonly stage: Stage;
  readonly client: EraClient;
  /** Another client of the same revision; it ends with the test. */
  another(answers?: Answers): Promise<EraClient>;
}

/** One row: what a client may count on, whatever it and the server speak. */
export interface Expectation {
  /** A sentence. */
  readonly it: string;
  readonly check: (scene: Scene) => Promise<void>;
  /** Where the specification rules it out: why, and what happens there instead. */
  readonly ruledOut?: readonly Exception[];
}

/** Pairs for which an expectation cannot hold. */
export interface Exception {
  readonly when: (pair: Pair) => boolean;
  /** The reason, by the specification. */
  readonly because: string;
  /** What is to be seen instead; left out, there is nothing to look at. */
  readonly instead?: (scene: Scene) => Promise<void>;
}

/** A client of one of these revisions. */
export const spoken =
  (...revisions: Revision[]) =>
  ({ revision }: Pair): boolean =>
    revisions.includes(revision);

/** What every client answers unless a row says otherwise. */
export const ANSWERS: Answers = {
  "sampling/createMessage": () => ({
    role: "assistant",
    content: { type: "text", text: "Paris" },
    model: "test-model",
    stopReason: "endTurn",
  }),
  "elicitation/create": (params, round) => ({ action: "accept", content: filled(params, round) }),
  "elicitation/url": () => ({ action: "accept" }),
  "roots/list": () => ({ roots: [{ uri: "file:///home/test", name: "test" }] }),
};

/** A form filled in: each text is its field's name and the number of the question. */
function filled(params: Record<string, unknown>, round: number): Record<string, unknown> {
  const { properties = {} } = params.requestedSchema as { properties?: Record<string, { type: string }> };
  return Object.fromEntries(
    Object.entries(properties).map(([field, { type }]) => [
      field,
      type === "boolean" ? true : `${field} ${round}`,
    ]),
  );
}

/** Calls a tool. */
export const call = (
  client: EraClient,
  name: string,
  args: object = {},
  options: RequestOptions = {},
): Promise<Exchange> => client.request("tools/call", { name, arguments: args }, options);

/** The first text of a tool's result; fails with the whole answer when it is none. */
export function textOf({ answer }: Exchange): string {
  const text = answer.result?.content?.[0]?.text;
  if (typeof text !== "string") throw new Error(`no text in ${JSON.stringify(answer)}`);
  return text;
}

/** The notifications of one method. */
export const told = (messages: readonly Message[], method: string): Message[] =>
  messages.filter((message) => message.method === method);

/** Waits for something to be told. */
export const until = <T>(condition: () => T | Promise<T>, what: WaitOptions["what"]) =>
  waitFor(condition, { deadlineMs: 10_000, what });

/** A result of the stateless era names its type, and for how long it may be kept if it is one to keep. */
export function expectResultOfEra({ era }: EraClient, { answer }: Exchange, cached: boolean): void {
  const { resultType, ttlMs, cacheScope } = answer.result ?? {};
  expect(resultType).toBe(era === "session" ? undefined : "complete");
  if (era === "session") return;
  expect(typeof ttlMs).toBe(cached ? "number" : "undefined");
  // What is cut to each client must not be shared (caching).
  expect(cacheScope).toBe(cached ? "private" : undefined);
}
