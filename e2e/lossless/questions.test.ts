import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestHub, type TestHub, textOf } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient, Message } from "../lib/mcp-client.ts";
import { ASKER, eraClient } from "./era-client.ts";
import { meaning, memberMeaning } from "./meaning.ts";
import { jsonObject, jsonString, shuffled, unknownMembers } from "./random-json.ts";
import type { Era } from "./raw-http-server.ts";

const bounds = { seed: Number(process.env.LOSSLESS_SEED ?? 20_260_728), numRuns: 40 };

/** What a client saw of a question, and how its call ended. */
interface Asked {
  /** The raw params. */
  readonly params: string;
  readonly answer: Message;
}

/** Calls `askClient` and gives a raw result as the answer to its question. */
type Ask = (question: string, answer: string) => Promise<Asked>;

let hub: TestHub;
let token: string;
beforeAll(async () => {
  hub = await startTestHub({
    config: { mcpServers: { session: echoServer(), stateless: echoServer("--stateless") } },
  });
  token = await hub.addClient("asked");
});
afterAll(() => hub?.stop());

const callOf = (question: string, more: string): string => {
  const args = JSON.stringify({ method: "elicitation/create", raw: question });
  return `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"askClient","arguments":${args}${more}}}`;
};

/** A session client is asked by a request on its call's stream, and answers with a message of its own. */
async function sessionAsk(path: string): Promise<Ask> {
  const client: McpHttpClient = hub.client(token, path);
  await client.initialize({ elicitation: {} });
  return async (question, answer) => {
    const response = await fetch(client.url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": client.sessionId ?? "",
        "mcp-protocol-version": client.revision,
      },
      body: callOf(question, ""),
    });
    let params: string | undefined;
    for await (const raw of events(response)) {
      const message = JSON.parse(raw) as Message;
      if (message.method === undefined) {
        if (params === undefined) throw new Error(`not asked, but answered with ${raw}`);
        return { params, answer: message };
      }
      if (message.method !== "elicitation/create") continue;
      params = memberMeaning(raw, "params");
      await client.post(`{"result":${answer},"jsonrpc":"2.0","id":${JSON.stringify(message.id)}}`);
    }
    throw new Error("the call's stream ended without its answer");
  };
}

/** The raw data of each event as it arrives, or a plain body as one. */
async function* events(response: Response): AsyncGenerator<string> {
  if (response.headers.get("content-type")?.includes("text/event-stream") !== true) {
    yield await response.text();
    return;
  }
  let rest = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const whole = (rest + chunk).split("\n\n");
    rest = whole.pop() ?? "";
    for (const event of whole) {
      const data = event.split("\n").filter((line) => line.startsWith("data:"));
      const text = data.map((line) => line.slice(5)).join("\n");
      if (text.trim() !== "") yield text;
    }
  }
}

/** A stateless client is asked by a result, and answers by calling again. */
async function statelessAsk(path: string): Promise<Ask> {
  const client = await eraClient(hub, "stateless", token, path);
  const asker = ASKER.join(",").replace('Capabilities":{}', 'Capabilities":{"elicitation":{"form":{}}}');
  return async (question, answer) => {
    const meta = `,"_meta":{${asker}}`;
    const { text } = await client.post("askClient", callOf(question, meta));
    const requests = memberMeaning(memberMeaning(text, "result") ?? "{}", "inputRequests");
    const { requestState } = JSON.parse(text).result ?? {};
    if (requests === undefined) throw new Error(`the hub answered ${text}`);
    const [key = ""] = Object.keys(JSON.parse(requests) as object);
    const state = requestState === undefined ? "" : `,"requestState":${JSON.stringify(requestState)}`;
    const responses = `,"inputResponses":{${JSON.stringify(key)}:${answer}}${state}`;
    const { messages } = await client.post("askClient", callOf(question, meta + responses));
    const params = memberMeaning(memberMeaning(requests, key) ?? "{}", "params");
    return { params: params ?? "{}", answer: messages.at(-1) ?? {} };
  };
}

const questions = fc
  .tuple(
    jsonString,
    jsonObject,
    jsonObject,
    unknownMembers("message", "mode", "requestedSchema", "_meta", "task", "elicitationId", "url"),
  )
  .chain(([message, properties, meta, unknown]) =>
    shuffled([
      `"message":${message}`,
      `"requestedSchema":{"type":"object","properties":${properties}}`,
      `"_meta":${meta}`,
      ...unknown,
    ]),
  );
const answers = fc
  .tuple(jsonObject, jsonObject, unknownMembers("action", "content", "_meta", "resultType"))
  .chain(([content, meta, unknown]) =>
    shuffled(['"action":"accept"', `"content":${content}`, `"_meta":${meta}`, ...unknown]),
  );

const ERAS: readonly Era[] = ["session", "stateless"];
const table = ERAS.flatMap((client) => ERAS.map((server) => ({ client, server })));

test.each(table)(
  "a question of a $server server and the answer of a $client client mean the same on the other side",
  async ({ client, server }) => {
    const path = `/mcp/s/${server}`;
    const ask = await (client === "session" ? sessionAsk(path) : statelessAsk(path));
    await fc.assert(
      fc.asyncProperty(questions, answers, async (question, given) => {
        const { params, answer } = await ask(question, given);
        expect(meaning(params, { emptyMeta: true })).toBe(meaning(question, { emptyMeta: true }));
        expect(memberMeaning(textOf(answer), "result", { emptyMeta: true })).toBe(
          meaning(given, { emptyMeta: true }),
        );
      }),
      bounds,
    );
  },
);
