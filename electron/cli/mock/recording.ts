import { GatehouseError } from "../../../shared/errors.ts";
import { FIXTURE_KIND } from "../../../shared/model/export.ts";
import { LIST_KINDS, LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import type { Span } from "../../core/jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { whole } from "../../core/mcp/stateless-era/edits.ts";

/** One recorded answer, as raw JSON. */
export interface RecordedAnswer {
  readonly member: "result" | "error";
  readonly json: string;
  /** How long the server took then, in microseconds. */
  readonly durationUs: number;
}

/** A recording, ready to be served. */
export interface Recording {
  /** Raw JSON objects of each list, the recorded servers' together. */
  readonly lists: Readonly<Record<ListKind, readonly string[]>>;
  /** The first server's instructions, raw JSON. */
  readonly instructions: string | undefined;
  /** In the order of recording, by method, target and arguments. */
  readonly answers: ReadonlyMap<string, readonly RecordedAnswer[]>;
  /** Method and target of everything recorded, to tell an unknown target from unknown arguments. */
  readonly targets: ReadonlySet<string>;
}

/** Reads a fixture that `gatehouse calls record` wrote. Throws GatehouseError `bad_request` that says what is wrong. */
export function readRecording(bytes: Uint8Array): Recording {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** What a call is found by: method, target, and arguments whatever the order of their keys. */
export const answerKey = (method: string, target: string, args: unknown): string =>
  `${targetKey(method, target)}\n${canonical(args)}`;

/**
 * What everything recorded of one tool, prompt or resource has in common: method and target, whatever the arguments.
 */
export const targetKey = (method: string, target: string): string => JSON.stringify([method, target]);

function read(bytes: Uint8Array): Recording {
  const fixture = objectAt(bytes, whole(bytes));
  if (textAt(bytes, fixture.get("kind")) !== FIXTURE_KIND)
    throw invalid(`it is not a fixture: its "kind" is not "${FIXTURE_KIND}"`);
  const lists: Record<ListKind, string[]> = { tools: [], prompts: [], resources: [], templates: [] };
  const taken = new Set<string>();
  /** By server, kind and own name: what it is called here. */
  const renamed = new Map<string, string>();
  let instructions: string | undefined;
  for (const span of elements(bytes, fixture.get("servers"))) {
    const server = objectAt(bytes, span);
    const name = textAt(bytes, server.get("name")) ?? "";
    const hello = server.get("initialize");
    if (hello !== undefined) {
      const said = objectAt(bytes, hello).get("instructions");
      instructions ??= said === undefined ? undefined : textOf(bytes, said);
    }
    for (const kind of LIST_KINDS)
      for (const entry of elements(bytes, server.get(kind))) {
        const keySpan = objectAt(bytes, entry).get(LISTS[kind].key);
        const key = textAt(bytes, keySpan);
        if (key === undefined || keySpan === undefined) continue;
        const shown = free(kind, key, name, taken);
        if (shown !== key) renamed.set(JSON.stringify([name, kind, key]), shown);
        lists[kind].push(
          textOf(bytes, { start: entry.start, end: keySpan.start }) +
            JSON.stringify(shown) +
            textOf(bytes, { start: keySpan.end, end: entry.end }),
        );
      }
  }
  const answers = new Map<string, RecordedAnswer[]>();
  const targets = new Set<string>();
  for (const span of elements(bytes, fixture.get("calls"))) {
    const call = objectAt(bytes, span);
    const method = textAt(bytes, call.get("method"));
    if (method === undefined) throw invalid("a call has no method");
    const params = paramsOf(bytes, call.get("params"));
    const own = textAt(bytes, call.get("target")) ?? targetOf(method, params);
    const server = textAt(bytes, call.get("server")) ?? "";
    const kind = method === "tools/call" ? "tools" : "prompts";
    const target = renamed.get(JSON.stringify([server, kind, own])) ?? own;
    if (method === "tools/call" && !taken.has(JSON.stringify(["tools", target]))) {
      // The server was unknown when the calls were recorded: the tool is all the same callable.
      taken.add(JSON.stringify(["tools", target]));
      lists.tools.push(JSON.stringify({ name: target, inputSchema: { type: "object" } }));
    }
    const answer = answerOf(bytes, call);
    const key = answerKey(method, target, params.arguments);
    answers.set(key, [...(answers.get(key) ?? []), answer]);
    targets.add(targetKey(method, target));
  }
  return { lists, instructions, answers, targets };
}

/** What a request is about: a tool's or prompt's name, a resource's URI. */
export const targetOf = (method: string, params: Readonly<Record<string, unknown>>): string =>
  String((method === "resources/read" ? params.uri : params.name) ?? "");

function answerOf(bytes: Uint8Array, call: ReadonlyMap<string, Span>): RecordedAnswer {
  const member = call.has("error") ? "error" : "result";
  const span = call.get(member);
  if (span === undefined) throw invalid("a call has neither result nor error");
  const took = call.get("durationUs");
  // On stdout a message is one line; a recorded answer may have been spread over several.
  const json = textOf(bytes, span).replace(/[\r\n]/g, " ");
  return { member, json, durationUs: took === undefined ? 0 : Number(textOf(bytes, took)) };
}

/** Two servers may have had a tool of one name: the second is called SERVER__NAME here. */
function free(kind: ListKind, key: string, server: string, taken: Set<string>): string {
  const isFree = (name: string): boolean => !taken.has(JSON.stringify([kind, name]));
  let name = key;
  if ((kind === "tools" || kind === "prompts") && !isFree(name)) name = `${server}__${key}`;
  taken.add(JSON.stringify([kind, name]));
  return name;
}

const objectAt = (bytes: Uint8Array, span: Span): Map<string, Span> =>
  new Map(membersOf(bytes, span).map(({ key, value }) => [key, value]));

const elements = (bytes: Uint8Array, span: Span | undefined): Span[] =>
  span === undefined ? [] : elementsOf(bytes, span);

function textAt(bytes: Uint8Array, span: Span | undefined): string | undefined {
  return span !== undefined && bytes[span.start] === 0x22 ? decodeString(bytes, span) : undefined;
}

function paramsOf(bytes: Uint8Array, span: Span | undefined): Record<string, unknown> {
  const value: unknown = span === undefined ? {} : JSON.parse(textOf(bytes, span));
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A value as text in which the order of keys does not show. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? {}, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const invalid = (why: string): GatehouseError =>
  new GatehouseError(
    "bad_request",
    `the recording cannot be read: ${why}`,
    "Write one with: gatehouse calls record ID… > FILE",
  );
