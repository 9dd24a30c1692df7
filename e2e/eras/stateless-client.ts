import { McpHttpClient, type Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import {
  type Answers,
  answerTo,
  capabilitiesOf,
  type EraClient,
  type Exchange,
  type Hearing,
  type RequestOptions,
  type Wish,
} from "./client.ts";

const REVISION = "2026-07-28";
const META = "io.modelcontextprotocol";

interface InputRequired {
  readonly resultType: string;
  readonly requestState?: string;
  readonly inputRequests?: Record<string, { method: string; params?: Record<string, unknown> }>;
}

/** A client of the stateless era: every request stands for itself, and questions come as results. */
export class StatelessClient implements EraClient {
  readonly era = "stateless";
  readonly revision = REVISION;
  readonly answers: Answers;
  readonly #http: McpHttpClient;
  #nextId = 100;

  constructor(url: string, answers: Answers) {
    this.#http = new McpHttpClient(url);
    this.answers = answers;
  }

  async request(method: string, params: object = {}, options: RequestOptions = {}): Promise<Exchange> {
    const asked: Exchange["asked"][number][] = [];
    const notifications: Message[] = [];
    const onMessage = (message: Message): void => {
      if (message.method === undefined) return;
      if (message.id !== undefined) throw new Error(`a stateless client was sent ${message.method}`);
      notifications.push(message);
      options.onNotification?.(message);
    };
    let added: object = {};
    for (;;) {
      const id = this.#id();
      const { status, messages, text } = await this.#post(
        id,
        method,
        { ...params, ...added },
        options,
        onMessage,
      );
      const answer = messages.find((message) => message.id === id);
      if (answer === undefined) throw new Error(`${method} was answered with ${status} ${text}`);
      const wanted = answer.result as InputRequired | undefined;
      if (wanted?.resultType !== "input_required") return { status, answer, notifications, asked };
      const inputResponses: Record<string, unknown> = {};
      for (const [key, request] of Object.entries(wanted.inputRequests ?? {})) {
        asked.push({ method: request.method, params: request.params ?? {} });
        inputResponses[key] = answerTo(this.answers, request.method, request.params ?? {}, asked.length);
      }
      const { requestState } = wanted;
      added = { inputResponses, ...(requestState !== undefined && { requestState }) };
    }
  }

  begin(method: string, params: object, options: RequestOptions): { cancel(): Promise<void> } {
    const abort = new AbortController();
    const answered = this.#post(
      this.#id(),
      method,
      params,
      options,
      (message) => options.onNotification?.(message),
      abort.signal,
    );
    answered.catch(() => {});
    return {
      cancel: async () => {
        abort.abort();
        await answered.then(
          () => Promise.reject(new Error("a cancelled call was answered")),
          () => {},
        );
      },
    };
  }

  /** Resolves when the stream is acknowledged with all that was wished for. */
  async hear({ lists = false, uri }: Wish): Promise<Hearing> {
    const id = this.#id();
    const messages: Message[] = [];
    const abort = new AbortController();
    const notifications = {
      ...(lists && { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }),
      ...(uri !== undefined && { resourceSubscriptions: [uri] }),
    };
    const listen: object = { notifications };
    const stream = this.#post(
      id,
      "subscriptions/listen",
      listen,
      {},
      (message) => messages.push(message),
      abort.signal,
    );
    const failed = stream.then(({ status, text }) => {
      throw new Error(`subscriptions/listen ended with ${status} ${text}`);
    });
    failed.catch(() => {});
    const close = async (): Promise<void> => {
      abort.abort();
      await stream.catch(() => {});
    };
    const first = await Promise.race([
      failed,
      waitFor(() => messages[0], { deadlineMs: 10_000, what: "the acknowledgement" }),
    ]);
    if (first.method !== "notifications/subscriptions/acknowledged")
      throw new Error(`a listen stream began with ${first.method}`);
    if (JSON.stringify(first.params.notifications) !== JSON.stringify(notifications))
      throw new Error(`only ${JSON.stringify(first.params.notifications)} was acknowledged`);
    return { messages, subscriptionId: id, unsubscribe: close, [Symbol.asyncDispose]: close };
  }

  post(body: object): Promise<{ status: number; text: string }> {
    return this.#http.post(body, { headers: { "mcp-protocol-version": REVISION } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #post(
    id: number,
    method: string,
    params: object & { name?: string; uri?: string },
    { progressToken, logLevel, headers = {} }: RequestOptions,
    onMessage: (message: Message) => void,
    signal?: AbortSignal,
  ) {
    const _meta = {
      [`${META}/protocolVersion`]: REVISION,
      [`${META}/clientCapabilities`]: capabilitiesOf(REVISION, this.answers),
      [`${META}/clientInfo`]: { name: "gatehouse-test", version: "1.0.0" },
      ...(logLevel !== undefined && { [`${META}/logLevel`]: logLevel }),
      ...(progressToken !== undefined && { progressToken }),
    };
    const named = method === "tools/call" || method === "prompts/get" || method === "resources/read";
    const name = named ? (params.name ?? params.uri ?? null) : null;
    return this.#http.post(
      { jsonrpc: "2.0", id, method, params: { ...params, _meta } },
      {
        headers: { ...headers, "mcp-protocol-version": REVISION, "mcp-method": method, "mcp-name": name },
        onMessage,
        ...(signal !== undefined && { signal }),
      },
    );
  }
}
