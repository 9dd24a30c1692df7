import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a client gave back for a tool's call, as the model reads it. */
export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
}

/** A model of no mind: it makes its calls one after another and repeats what came back. */
export interface StubModel extends AsyncDisposable {
  /** For ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** What clients have given back for its calls, in order. */
  readonly results: readonly ToolResult[];
  /** What was asked of it, "POST /v1/messages (n tools)" each: for a failure's message. */
  readonly requests: readonly string[];
}

/** One call that the model makes; `name` as the client tells it its tools: mcp__SERVER__TOOL for Claude Code. */
export interface StubCall {
  readonly name: string;
  readonly input: object;
}

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly content?: string | readonly Block[];
  readonly is_error?: boolean;
}

/** A request of Anthropic's Messages API, as far as this reads it. */
interface Request {
  readonly stream?: boolean;
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly { readonly name?: string }[];
}

type Answer =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: object };

const USAGE = { input_tokens: 1, output_tokens: 1 };

/** Serves Anthropic's Messages API on a free port: it makes these calls in turn, and then says what the last one gave. */
export async function startStubModel(...calls: readonly StubCall[]): Promise<StubModel> {
  const results: ToolResult[] = [];
  const requests: string[] = [];
  const answerTo = (request: Request): Answer => {
    const given = resultsIn(request);
    const last = given.at(-1);
    if (last !== undefined) results.push(last);
    const call = calls[given.length];
    if (call === undefined) return { type: "text", text: `The tool said: ${last?.text}` };
    if (request.tools?.some(({ name }) => name === call.name))
      return { type: "tool_use", id: `toolu_${given.length}`, ...call };
    return { type: "text", text: `There is no tool ${call.name}.` };
  };
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
    const body = await text(incoming);
    const request = (incoming.method === "POST" ? parsed(body) : {}) as Request;
    requests.push(`${incoming.method} ${pathname} (${request.tools?.length ?? 0} tools)`);
    if (pathname === "/v1/messages/count_tokens") json(response, { input_tokens: 1 });
    else if (pathname !== "/v1/messages" || incoming.method !== "POST") json(response, {});
    else if (request.stream === true) stream(response, answerTo(request), request.model);
    else json(response, whole(answerTo(request), request.model));
  };
  const http = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    results,
    requests,
    [Symbol.asyncDispose]: async () => {
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Every tool's result in the conversation so far. */
function resultsIn({ messages = [] }: Request): ToolResult[] {
  return messages
    .flatMap(({ content }) => (typeof content === "string" ? [] : content))
    .filter(({ type }) => type === "tool_result")
    .map(({ content = [], is_error }) => ({
      text: typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n"),
      isError: is_error === true,
    }));
}

const stopReason = ({ type }: Answer): string => (type === "tool_use" ? "tool_use" : "end_turn");

const whole = (answer: Answer, model: string | undefined): object => ({
  id: "msg_stub",
  type: "message",
  role: "assistant",
  model,
  content: [answer],
  stop_reason: stopReason(answer),
  stop_sequence: null,
  usage: USAGE,
});

/** The same message as events, in the order that the API gives them. */
function stream(response: ServerResponse, answer: Answer, model: string | undefined): void {
  const [begun, delta] =
    answer.type === "tool_use"
      ? [
          { ...answer, input: {} },
          { type: "input_json_delta", partial_json: JSON.stringify(answer.input) },
        ]
      : [
          { ...answer, text: "" },
          { type: "text_delta", text: answer.text },
        ];
  const empty = { ...whole(answer, model), content: [], stop_reason: null };
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const event of [
    { type: "message_start", message: empty },
    { type: "content_block_start", index: 0, content_block: begun },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: stopReason(answer), stop_sequence: null }, usage: USAGE },
    { type: "message_stop" },
  ])
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
