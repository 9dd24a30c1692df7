import http from "node:http";
import type { Message } from "../lib/mcp-client.ts";
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

const REVISION = "2024-11-05";

/** What is under way: what comes meanwhile on the one stream belongs to it. */
interface UnderWay {
  readonly id: number;
  readonly token: unknown;
  readonly notifications: Message[];
  readonly asked: Exchange["asked"][number][];
  readonly options: RequestOptions;
  readonly done: (answer: Message) => void;
}

/**
 * A client that knows nothing newer than the endpoint pair (2024-11-05, HTTP with SSE): everything that it is told comes
 * on one stream, everything that it says is POSTed to the address which the stream's first event gives.
 */
export class PairClient implements EraClient {
  readonly era = "session";
  readonly revision = REVISION;
  readonly answers: Answers;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #underWay = new Set<UnderWay>();
  readonly #heard = new Set<Message[]>();
  readonly #stream: http.ClientRequest;
  readonly #endpoint: URL;
  /** The hub's own question for the client's project is not one of a call: it comes once, before any other. */
  #toldProject = false;
  #nextId = 100;

  private constructor(stream: http.ClientRequest, endpoint: URL, answers: Answers) {
    this.#stream = stream;
    this.#endpoint = endpoint;
    this.answers = answers;
  }

  /** Opens the stream of the pair beside an address of /mcp, and initializes. */
  static async open(url: string, answers: Answers): Promise<PairClient> {
    const opened = Promise.withResolvers<PairClient>();
    const stream = http.get(`${url}/sse`, { headers: { accept: "text/event-stream" } }, (response) => {
      if (response.statusCode !== 200)
        opened.reject(new Error(`GET was answered with ${response.statusCode}`));
      let client: PairClient | undefined;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          const name = /^event: ?(.*)$/m.exec(event)?.[1];
          const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? "";
          if (name === "endpoint") {
            client = new PairClient(stream, new URL(data, url), answers);
            opened.resolve(client);
          } else if (name === "message" || name === undefined)
            if (data !== "") client?.take(JSON.parse(data));
        }
      });
      response.on("error", () => {});
    });
    stream.on("error", (error) => opened.reject(error));
    const client = await opened.promise;
    const { answer } = await client.request("initialize", {
      protocolVersion: REVISION,
      capabilities: capabilitiesOf(REVISION, answers),
      clientInfo: { name: "gatehouse-test", version: "1.0.0" },
    });
    if (answer.result?.protocolVersion !== REVISION) throw new Error(JSON.stringify(answer));
    await client.post({ jsonrpc: "2.0", method: "notifications/initialized" });
    return client;
  }

  async request(method: string, params?: object, options: RequestOptions = {}): Promise<Exchange> {
    if (options.logLevel !== undefined) await this.request("logging/setLevel", { level: options.logLevel });
    const { entry, answered } = this.#begin(method, params, options);
    const { status, text } = await entry;
    if (status !== 202) throw new Error(`${method} was POSTed and answered with ${status} ${text}`);
    return answered;
  }

  begin(method: string, params: object, options: RequestOptions): { cancel(): Promise<void> } {
    const { id } = this.#begin(method, params, options);
    return {
      cancel: async () => {
        await this.post({
          jsonrpc: "2.0",
          method: "notifications/cancelled",
          params: { requestId: id, reason: "no longer wanted" },
        });
        await this.request("ping");
        const call = [...this.#underWay].find((each) => each.id === id);
        if (call === undefined) throw new Error("a cancelled call was answered");
        this.#underWay.delete(call);
      },
    };
  }

  async hear({ uri }: Wish): Promise<Hearing> {
    const messages: Message[] = [];
    this.#heard.add(messages);
    const tell = async (method: string): Promise<void> => {
      const { answer } = await this.request(method, { uri });
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    };
    if (uri !== undefined) await tell("resources/subscribe");
    return {
      messages,
      subscriptionId: undefined,
      unsubscribe: () => tell("resources/unsubscribe"),
      [Symbol.asyncDispose]: () => {
        this.#heard.delete(messages);
        return Promise.resolve();
      },
    };
  }

  /** POSTs to the pair's second address. */
  post(body: object): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const bytes = JSON.stringify(body);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(bytes) };
      const request = http.request(
        this.#endpoint,
        { method: "POST", agent: this.#agent, headers },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      request.on("error", reject);
      request.end(bytes);
    });
  }

  /** One message of the stream. */
  take(message: Message): void {
    const { id, method, params } = message;
    if (method === undefined) {
      const call = [...this.#underWay].find((each) => each.id === id);
      if (call === undefined) return;
      this.#underWay.delete(call);
      call.done(message);
      return;
    }
    if (id !== undefined) {
      if (method === "roots/list" && !this.#toldProject) {
        this.#toldProject = true;
        void this.post({ jsonrpc: "2.0", id, result: { roots: [] } }).catch(() => {});
        return;
      }
      const calls = [...this.#underWay].filter((each) => each.options.progressToken === undefined);
      const call = calls.at(-1) ?? [...this.#underWay].at(-1);
      call?.asked.push({ method, params: params ?? {} });
      const result = answerTo(this.answers, method, params ?? {}, call?.asked.length ?? 1);
      this.post({ jsonrpc: "2.0", id, result }).catch(() => {}); // the test may be over
      return;
    }
    for (const messages of this.#heard) messages.push(message);
    for (const call of this.#underWay) {
      if (method === "notifications/progress" && params?.progressToken !== call.token) continue;
      call.notifications.push(message);
      call.options.onNotification?.(message);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#stream.once("close", resolve));
    this.#stream.destroy();
    await closed;
    this.#agent.destroy();
  }

  #begin(method: string, params: object | undefined, options: RequestOptions) {
    this.#nextId += 1;
    const id = this.#nextId;
    const { progressToken } = options;
    const all = progressToken === undefined ? params : { ...params, _meta: { progressToken } };
    const answered = Promise.withResolvers<Exchange>();
    const call: UnderWay = {
      id,
      token: progressToken,
      notifications: [],
      asked: [],
      options,
      done: (answer) =>
        answered.resolve({ status: 200, answer, notifications: call.notifications, asked: call.asked }),
    };
    this.#underWay.add(call);
    const entry = this.post({ jsonrpc: "2.0", id, method, ...(all !== undefined && { params: all }) });
    entry.catch(() => {});
    return { id, entry, answered: answered.promise };
  }
}
