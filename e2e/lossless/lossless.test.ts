import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { ASKER, ASKER_KEYS, type EraClient, eraClient, lastMessage } from "./era-client.ts";
import { meaning, memberMeaning } from "./meaning.ts";
import { content, json, jsonObject, jsonString, shuffled, unknownMembers } from "./random-json.ts";
import { type Era, type RawHttpServer, startRawHttpServer } from "./raw-http-server.ts";

/** Another seed, and more runs, by the environment; a failure tells both, and the path to its example. */
const seed = Number(process.env.LOSSLESS_SEED ?? 20_260_728);
const numRuns = Number(process.env.LOSSLESS_RUNS ?? 40);
const bounds = { seed, numRuns, endOnFailure: false, interruptAfterTimeLimit: 30_000 };

const ERAS: readonly Era[] = ["session", "stateless"];
const SERVERS = ["stdio-session", "stdio-stateless", "http-session", "http-stateless"] as const;
type ServerName = (typeof SERVERS)[number];
const eraOf = (server: ServerName): Era => (server.endsWith("session") ? "session" : "stateless");

/** Raw definitions of tools that hold anything where the protocol allows it. */
const definition = fc
  .tuple(
    fc.oneof(jsonString, fc.constant('""')),
    json,
    unknownMembers(...["type", "properties", "required", "$schema", "$ref", "$id", "$anchor", "$defs"]),
    unknownMembers("title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"),
    jsonObject,
    unknownMembers(
      ...[
        "name",
        "title",
        "description",
        "inputSchema",
        "outputSchema",
        "annotations",
        "_meta",
        "icons",
        "execution",
      ],
    ),
  )
  .chain(([description, annotated, keywords, hints, meta, unknown]) =>
    fc.tuple(
      fc.constant(description),
      shuffled(['"type":"object"', `"properties":{"a":{"default":${annotated}}}`, ...keywords]),
      shuffled(hints),
      fc.constant(meta),
      fc.constant(unknown),
    ),
  )
  .map(([description, schema, annotations, meta, unknown]) => [
    `"description":${description}`,
    `"inputSchema":${schema}`,
    `"annotations":${annotations}`,
    `"_meta":${meta}`,
    ...unknown,
  ]);
const tool = (name: string): string => `{"name":"${name}","inputSchema":{"type":"object"}}`;
const randomTools = fc
  .sample(definition, { seed, numRuns: 100 })
  .map((members, at) =>
    fc.sample(shuffled([`"name":"random_${at}"`, ...members]), { seed: seed + at, numRuns: 1 }),
  )
  .map(([text]) => text ?? "");

let hub: TestHub;
let upstreams: RawHttpServer[];
const clients = new Map<string, EraClient>();
const clientOf = (era: Era, server: ServerName): EraClient => {
  const found = clients.get(`${era} ${server}`);
  if (found === undefined) throw new Error(`no client ${era} ${server}`);
  return found;
};

beforeAll(async () => {
  const listed = [tool("raw"), tool("answer"), ...randomTools];
  upstreams = await Promise.all(ERAS.map((era) => startRawHttpServer(era, listed)));
  hub = await startTestHub({
    config: {
      mcpServers: {
        "stdio-session": echoServer(),
        "stdio-stateless": echoServer("--stateless"),
        "http-session": { type: "http", url: upstreams[0]?.url },
        "http-stateless": { type: "http", url: upstreams[1]?.url },
      },
    },
  });
  const token = await hub.addClient("lossless");
  for (const era of ERAS) {
    for (const server of SERVERS)
      clients.set(`${era} ${server}`, await eraClient(hub, era, token, `/mcp/s/${server}`));
  }
});
afterAll(async () => {
  await hub?.stop();
  for (const upstream of upstreams ?? []) await upstream[Symbol.asyncDispose]();
});

/** A request's raw text: members in any order, with odd space between them. */
const request = (name: string, args: string, meta: readonly string[], unknown: readonly string[] = []) =>
  shuffled(meta)
    .chain((written) =>
      shuffled([`"name":"${name}"`, `"arguments":${args}`, `"_meta":${written}`, ...unknown]),
    )
    .chain((params) =>
      fc.tuple(
        fc.constant(params),
        shuffled([
          '"jsonrpc":"2.0"',
          '"id":18446744073709551615',
          '"method":"tools/call"',
          `"params":${params}`,
        ]),
      ),
    )
    .map(([params, body]) => ({ params, body }));

const combinations = ERAS.flatMap((client) => SERVERS.map((server) => ({ client, server })));

describe.each(combinations)("a $client client and the server $server", ({ client: era, server }) => {
  const asker = era === "stateless" ? ASKER : [];
  /** What either era adds for itself, and the other one never sees. */
  const framing = { members: ["resultType"] };

  /** Calls `answer`, which gives this raw member of its answer back; the whole answer. */
  const answered = async (kind: "result" | "error", raw: string, progress: boolean): Promise<string> => {
    const args = JSON.stringify({ [kind]: raw });
    const meta = `{${[...asker, ...(progress ? ['"progressToken":"p"'] : [])].join(",")}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"answer","arguments":${args},"_meta":${meta}}}`;
    return lastMessage(await clientOf(era, server).post("answer", body));
  };

  test("what the client sends means the same at the server", async () => {
    const messages = fc
      .tuple(
        jsonObject,
        unknownMembers("progressToken", ...ASKER_KEYS),
        unknownMembers("name", "arguments", "_meta", "task", "inputResponses", "requestState"),
      )
      .chain(([args, meta, unknown]) => request("raw", args, [...asker, ...meta], unknown));
    await fc.assert(
      fc.asyncProperty(messages, async ({ params, body }) => {
        const answer = lastMessage(await clientOf(era, server).post("raw", body));
        const text: unknown = JSON.parse(answer).result?.content?.[0]?.text;
        if (typeof text !== "string") throw new Error(`the hub answered ${answer.slice(0, 500)}`);
        const same = era === eraOf(server) && era === "session";
        const own = same ? {} : { meta: ASKER_KEYS, emptyMeta: true };
        expect(meaning(text, own)).toBe(meaning(params, own));
        expect(memberMeaning(answer, "id")).toBe("18446744073709551615");
      }),
      bounds,
    );
  });

  test("what the server answers means the same at the client", async () => {
    const results = fc
      .tuple(
        content,
        jsonObject,
        jsonObject,
        fc.constantFrom<string[]>([], ['"isError":false'], ['"isError":true']),
        unknownMembers("content", "structuredContent", "_meta", "isError", "resultType", "task"),
      )
      .chain(([blocks, structured, meta, isError, unknown]) =>
        shuffled([
          `"content":${blocks}`,
          `"structuredContent":${structured}`,
          `"_meta":${meta}`,
          ...isError,
          ...unknown,
        ]),
      );
    await fc.assert(
      fc.asyncProperty(results, fc.boolean(), async (result, progress) => {
        const answer = await answered("result", result, progress);
        expect(memberMeaning(answer, "result", framing)).toBe(meaning(result, framing));
        expect(JSON.parse(answer).result.resultType).toBe(era === "stateless" ? "complete" : undefined);
      }),
      bounds,
    );
  });

  test("an error's code, message, data and unknown members mean the same at the client", async () => {
    const errors = fc
      .tuple(
        fc.integer({ min: -31_999, max: 99_999 }),
        jsonString,
        json,
        unknownMembers("code", "message", "data"),
      )
      .chain(([code, message, data, unknown]) =>
        shuffled([`"code":${code}`, `"message":${message}`, `"data":${data}`, ...unknown]),
      );
    await fc.assert(
      fc.asyncProperty(errors, fc.boolean(), async (error, progress) => {
        expect(memberMeaning(await answered("error", error, progress), "error")).toBe(meaning(error));
      }),
      bounds,
    );
  });
});

const lists = ERAS.flatMap((client) =>
  (["http-session", "http-stateless"] as const).map((server) => ({ client, server })),
);

test.each(lists)(
  "a $client client sees the definitions of $server as they are",
  async ({ client, server }) => {
    const meta = client === "stateless" ? `{${ASKER.join(",")}}` : "{}";
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${meta}}}`;
    const http = hub.client(await hub.addClient(`lists-${client}-${server}`), `/mcp/s/${server}`);
    if (client === "session") await http.initialize();
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" };
    const answer = lastMessage(await http.post(body, client === "stateless" ? { headers } : {}));
    const { tools } = JSON.parse(answer).result as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual([
      "raw",
      "answer",
      ...randomTools.map((_, at) => `random_${at}`),
    ]);
    expect(memberMeaning(memberMeaning(answer, "result") ?? "", "tools")).toBe(
      meaning(`[${[tool("raw"), tool("answer"), ...randomTools].join(",")}]`),
    );
  },
);
