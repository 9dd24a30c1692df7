import { McpHttpClient, type Message } from "../lib/mcp-client.ts";
import {
  type Answers,
  answerTo,
  capabilitiesOf,
  type EraClient,
  type Exchange,
  type Hearing,
  type RequestOptions,
  type Revision,
  type Wish,
} from "./client.ts";

/** A client of the session era: initialize, a session id, questions on the streams, GET for the rest. */
export class SessionClient implements EraClient {
  readonly era = "session";
  readonly revision: Revision;
  readonly answers: Answers;
  readonly http: McpHttpClient;
  #nextId = 100;

  private constructor(http: McpHttpClient, revision: Revision, answers: Answers) {
    this.http = http;
    this.revision = revision;
    this.answers = answers;
  }

  /** Opens a session; throws when another revision is negotiated. */
  static async open(url: string, revision: Revision, answers: Answers): Promise<SessionClient> {
    const http = new McpHttpClient(url, { revision });
    const { result } = await http.initialize(capabilitiesOf(revision, answers));
    if (result.protocolVersion !== revision)
      throw new Error(`asked for ${revision}, got ${result.protocolVersion}`);
    return new SessionClient(http, revision, answers);
  }

  async request(method: string, params?: object, options: RequestOptions = {}): Promise<Exchange> {
    if (options.logLevel !== undefined) {
      const { error } = await this.http.request("logging/setLevel", { level: options.logLevel });
      if (error !== undefined) throw new Error(`logging/setLevel: ${error.message}`);
    }
    const asked: Exchange["asked"][number][] = [];
    const notifications: Message[] = [];
    const replies: Promise<void>[] = [];
    const id = this.#id();
    const { status, messages, text } = await this.http.post(this.#body(id, method, params, options), {
      onMessage: (message) => {
        if (message.method === undefined) return;
        if (message.id === undefined) {
          notifications.push(message);
          options.onNotification?.(message);
          return;
        }
        asked.push({ method: message.method, params: message.params ?? {} });
        replies.push(this.#reply(message, asked.length));
      },
    });
    await Promise.all(replies);
    const answer = messages.find((message) => message.id === id && message.method === undefined);
    if (answer === undefined) throw new Error(`${method} was answered with ${status} ${text}`);
    return { status, answer, notifications, asked };
  }

  begin(method: string, params: object, options: RequestOptions): { cancel(): Promise<void> } {
    const id = this.#id();
    const answered = this.http.post(this.#body(id, method, params, options), {
      onMessage: (message) => options.onNotification?.(message),
    });
    return {
      cancel: async () => {
        await this.http.notify("notifications/cancelled", { requestId: id, reason: "no longer wanted" });
        const { messages } = await answered;
        if (messages.some((message) => message.id === id)) throw new Error("a cancelled call was answered");
      },
    };
  }

  async hear({ uri }: Wish): Promise<Hearing> {
    const messages: Message[] = [];
    const stream = await this.http.openStream((message) => {
      // The hub's own question for the client's project is not about what is listened to.
      if (message.method !== "roots/list") messages.push(message);
      else void this.http.post({ jsonrpc: "2.0", id: message.id, result: { roots: [] } }).catch(() => {});
    });
    if (stream.status !== 200) throw new Error(`GET was answered with ${stream.status}`);
    const tell = async (method: string): Promise<void> => {
      const { error } = await this.http.request(method, { uri });
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    };
    if (uri !== undefined) await tell("resources/subscribe");
    return {
      messages,
      subscriptionId: undefined,
      unsubscribe: () => tell("resources/unsubscribe"),
      [Symbol.asyncDispose]: async () => {
        stream.close();
        await stream.ended;
      },
    };
  }

  post(body: object): Promise<{ status: number; text: string }> {
    return this.http.post(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.http.endSession();
    this.http.close();
  }

  async #reply({ id, method, params }: Message, round: number): Promise<void> {
    const result = answerTo(this.answers, method ?? "", params ?? {}, round);
    await this.http.post({ jsonrpc: "2.0", id, result });
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #body(id: number, method: string, params: object | undefined, { progressToken }: RequestOptions): object {
    const all = progressToken === undefined ? params : { ...params, _meta: { progressToken } };
    return { jsonrpc: "2.0", id, method, ...(all !== undefined && { params: all }) };
  }
}
