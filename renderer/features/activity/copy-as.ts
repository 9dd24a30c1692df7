/** A recorded call as text that can be used elsewhere. No token is ever in it: a variable's name stands in its place. */
import { GatehouseError } from "../../../shared/errors.ts";
import type { CallDetail, CallSummary, Payload } from "../../../shared/model/call.ts";
import { shellWord } from "../../lib/command-line.ts";
import { createJsonParser, type JsonNode } from "../../lib/json/parse.ts";

export const COPY_FORMS = { json: "JSON", curl: "cURL", command: "gatehouse command" } as const;
export type CopyForm = keyof typeof COPY_FORMS;

/** The forms that a call can be written in: only what reached a server can be asked for again. */
export function copyFormsOf({
  server,
  tool,
  method,
}: Pick<CallSummary, "server" | "tool" | "method">): CopyForm[] {
  if (server === null) return ["json"];
  return tool !== null && method === "tools/call" ? ["json", "curl", "command"] : ["json", "curl"];
}

/** The name that stands for the client's token. */
const TOKEN = "$GATEHOUSE_TOKEN";
const STATELESS = "2026-07-28";
/** The member of the params that a method's request is named by. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};
/** What ties a request to an earlier answer, which is good only once. */
const OF_AN_EARLIER_ROUND: ReadonlySet<string> = new Set(["_meta", "inputResponses", "requestState"]);
/** What Linux takes as one argument, with room for quotes, in bytes. */
const LONGEST_ARGUMENT = 100_000;
const END_OF_BODY = "END_OF_BODY";
/** Names that a program could take for an option are kept from it. */
const END_OF_OPTIONS = "--";

/** A header, its value encoded. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/**
 * Writes a call in a form. `hubUrl` is where the hub listens (…/mcp), `mirrored` the headers that repeat arguments
 * (`calls.headers`), which only cURL needs. Throws GatehouseError bad_request, with a sentence
 * for the person, where the call cannot be written so.
 */
export function copyAs(
  form: CopyForm,
  call: CallDetail,
  hubUrl: string | null,
  mirrored: readonly Header[] = [],
): string {
  if (form === "json") return callText(call);
  return form === "curl" ? curlOf(call, hubUrl, mirrored) : commandOf(call);
}

/** The call as one JSON document; payloads are put in as raw text so that no digit changes. */
export function callText({ request, result, error, ...summary }: CallDetail): string {
  const part = (payload: Payload | null): string =>
    payload === null ? "null" : payload.truncated ? JSON.stringify(payload.text) : payload.text;
  return `${JSON.stringify(summary).slice(0, -1)},"request":${part(request)},"result":${part(result)},"error":${part(error)}}`;
}

/** The request to its server alone, in the stateless era, so that one request is all that is needed. */
function curlOf(call: CallDetail, hubUrl: string | null, mirrored: readonly Header[]): string {
  const { server, method } = call;
  if (server === null) throw refused("reached no server");
  const origin = new URL(hubUrl ?? "http://127.0.0.1:4780/mcp").origin;
  const params = paramsOf(call)
    .filter(([key]) => !OF_AN_EARLIER_ROUND.has(key))
    .map(([key, value]) => [key, ownNamed(call, key, value)] as const);
  const name = params.find(([key]) => key === NAMED_BY[method])?.[1];
  const meta = `{"io.modelcontextprotocol/protocolVersion":"${STATELESS}","io.modelcontextprotocol/clientCapabilities":{}}`;
  const members = [...params.map(([key, value]) => `${JSON.stringify(key)}:${value}`), `"_meta":${meta}`];
  const body = `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":{${members.join(",")}}}`;
  const headers = [
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    `MCP-Protocol-Version: ${STATELESS}`,
    `Mcp-Method: ${method}`,
    ...(name === undefined ? [] : [`Mcp-Name: ${headerText(String(JSON.parse(name)))}`]),
    ...mirrored.map(({ name, value }) => `${name}: ${value}`),
  ];
  return [
    `curl ${shellWord(`${origin}/mcp/s/${encodeURIComponent(server)}`)}`,
    `-H "Authorization: Bearer ${TOKEN}"`,
    ...headers.map((header) => `-H ${shellWord(header)}`),
    ...bodyOf(body),
  ].join(" \\\n  ");
}

/** The body as an argument, which no line break is in; a longer one than a command line takes as the input. */
const bodyOf = (body: string): string[] =>
  utf8Length(body) <= LONGEST_ARGUMENT
    ? [`--data-raw ${shellWord(body)}`]
    : [`--data-binary @- <<'${END_OF_BODY}'\n${body}\n${END_OF_BODY}\n`];

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;

/** A param in its server's own words: clients of several servers know its tools and prompts by other names. */
function ownNamed({ method, tool }: CallDetail, key: string, value: string): string {
  if (tool === null) return value;
  if (NAMED_BY[method] === "name" && key === "name") return JSON.stringify(tool);
  if (method !== "completion/complete" || key !== "ref") return value;
  const ref: unknown = JSON.parse(value);
  const isPrompt = typeof ref === "object" && ref !== null && Reflect.get(ref, "type") === "ref/prompt";
  return isPrompt ? JSON.stringify({ ...ref, name: tool }) : value;
}

/** `gatehouse call SERVER TOOL JSON`. */
function commandOf(call: CallDetail): string {
  const { server, tool, method, project } = call;
  if (server === null) throw refused("reached no server");
  if (method !== "tools/call" || tool === null) throw refused("is no call of a tool");
  const args = paramsOf(call).find(([key]) => key === "arguments")?.[1] ?? "{}";
  if (utf8Length(args) > LONGEST_ARGUMENT) throw refused("has more arguments than a command line takes");
  const places = [server, tool, args];
  return [
    "gatehouse call",
    ...(project === null ? [] : ["--project", shellWord(project)]),
    ...(places.some((text) => text.startsWith("-")) ? [END_OF_OPTIONS] : []),
    ...places.map(shellWord),
  ].join(" ");
}

/** The members of the request's params, their values as JSON with every digit as it was. */
function paramsOf({ request }: CallDetail): (readonly [key: string, value: string])[] {
  if (request === null) return [];
  if (request.truncated) throw refused("has a request that is too large to copy");
  const parser = createJsonParser(request.text);
  parser.run();
  let root: JsonNode;
  try {
    root = parser.result().root;
  } catch {
    throw refused("has a request that was not recorded as JSON");
  }
  if (root.kind !== "object") return [];
  return root.keys.map((key, index) => [key, jsonOf(root.children[index])] as const);
}

function jsonOf(node: JsonNode | undefined): string {
  if (node === undefined) return "null";
  if (!("children" in node)) return node.kind === "string" ? stringOf(node.text) : node.text;
  if (node.kind === "array") return `[${node.children.map(jsonOf).join(",")}]`;
  const members = node.keys.map((key, index) => `${stringOf(key)}:${jsonOf(node.children[index])}`);
  return `{${members.join(",")}}`;
}

/** JSON lets some control characters stand in strings; a terminal does not take them as text. */
const stringOf = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );

/** A header holds visible ASCII; anything else goes as MCP says, in Base64. */
function headerText(text: string): string {
  if (/^[!-~]([ -~]*[!-~])?$/.test(text) && !text.startsWith("=?base64?")) return text;
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`;
}

const refused = (why: string): GatehouseError =>
  new GatehouseError(
    "bad_request",
    `This call ${why}, so it cannot be copied in this form.`,
    "Copy it as JSON.",
  );
