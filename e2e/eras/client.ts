import type { Message } from "../lib/mcp-client.ts";

/** The revisions that clients speak to the hub. */
export type Revision = "2024-11-05" | "2025-03-26" | "2025-06-18" | "2025-11-25" | "2026-07-28";

export const REVISIONS: readonly Revision[] = [
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
];

/** What a client answers to a server's question, by its method; `tasks` declares the tasks extension. */
export type Answers = Readonly<
  Record<string, (params: Record<string, unknown>, round: number) => Record<string, unknown>>
>;

export interface RequestOptions {
  readonly progressToken?: string | number;
  /** The level wanted: of this request (stateless), or of the session from now on. */
  readonly logLevel?: string;
  /** What the stateless era wants said in headers besides what every request says there. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Each notification that comes with the answer, as it comes. */
  readonly onNotification?: (message: Message) => void;
}

/** A request with all that came until its last answer. */
export interface Exchange {
  readonly status: number;
  readonly answer: Message;
  readonly notifications: readonly Message[];
  /** What was asked of the client meanwhile, in either era's way. */
  readonly asked: readonly { readonly method: string; readonly params: Record<string, unknown> }[];
}

/** What a client has asked to hear of. */
export interface Wish {
  /** Changes of all three lists. */
  readonly lists?: boolean;
  /** A resource to subscribe to. */
  readonly uri?: string;
}

/** A stream on which a client hears of changes. */
export interface Hearing extends AsyncDisposable {
  readonly messages: readonly Message[];
  /** In the stateless era: what every notification is tagged with. */
  readonly subscriptionId: string | number | undefined;
  /** Wants to hear no more of the resource; the stream may stay open for the rest. */
  unsubscribe(): Promise<void>;
}

/** A client of one revision that can do all that its revision knows; the same words for both eras. */
export interface EraClient extends AsyncDisposable {
  readonly revision: Revision;
  readonly era: "session" | "stateless";
  /** What it answers to servers; a method that is missing here is not declared. */
  readonly answers: Answers;
  request(method: string, params?: object, options?: RequestOptions): Promise<Exchange>;
  /** A request whose outcome is of no interest; `cancel` takes it back as its era does. */
  begin(method: string, params: object, options: RequestOptions): { cancel(): Promise<void> };
  hear(wish: Wish): Promise<Hearing>;
  /** POSTs any body as its era does, and gives the HTTP answer. */
  post(body: object): Promise<{ readonly status: number; readonly text: string }>;
}

/** What a client of this revision declares when it can answer these methods. */
export function capabilitiesOf(revision: Revision, answers: Answers): object {
  const elicitation =
    revision === "2025-06-18" ? {} : { form: {}, ...(answers["elicitation/url"] && { url: {} }) };
  return {
    ...(answers["roots/list"] && { roots: revision === "2026-07-28" ? {} : { listChanged: true } }),
    ...(answers["sampling/createMessage"] && { sampling: {} }),
    ...(answers.tasks &&
      revision === "2026-07-28" && { extensions: { "io.modelcontextprotocol/tasks": {} } }),
    ...(answers["elicitation/create"] && revision >= "2025-06-18" && { elicitation }),
  };
}

/** The client's answer to one question. */
export function answerTo(
  answers: Answers,
  method: string,
  params: Record<string, unknown>,
  round: number,
): Record<string, unknown> {
  const key = method === "elicitation/create" && params.mode === "url" ? "elicitation/url" : method;
  const answer = answers[key];
  if (answer === undefined) throw new Error(`the client was asked ${key}, which it has not declared`);
  return answer(params, round);
}
