import { GatehouseError } from "../../../shared/errors.ts";
import { FIXTURE_KIND } from "../../../shared/model/export.ts";
import { LIST_KINDS, LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import type { Span } from "../../core/jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { blankLineBreaks } from "../../core/jsonrpc/splice.ts";
import { whole } from "../../core/mcp/stateless-era/edits.ts";
import { canonicalText, readTree } from "../../core/pins/json-tree.ts";
import { type Named, Names } from "./names.ts";

/** One recorded answer, as raw JSON. */
export interface RecordedAnswer {
  readonly member: "result" | "error";
  readonly json: string;
  /** It asked a client of the stateless era for more. */
  readonly asksMore: boolean;
  /** How long the server took then, in microseconds. */
  readonly durationUs: number;
}

/** A recording, ready to be served. */
export interface Recording {
  /** Raw JSON objects of each list, the recorded servers' together. */
  readonly lists: Readonly<Record<ListKind, readonly string[]>>;
  /** The names of the tools that are listed. */
  readonly tools: ReadonlySet<string>;
  /** The first server's instructions, raw JSON. */
  readonly instructions: string | undefined;
  /** In the order of recording, by method, target and arguments. */
  readonly answers: ReadonlyMap<string, readonly RecordedAnswer[]>;
  /** Method and target of everything recorded, to tell an unknown target from unknown arguments. */
  readonly targets: ReadonlySet<string>;
  /** The methods that it has answers to. */
  readonly methods: ReadonlySet<string>;
}

/** Reads a fixture that `gatehouse calls record` wrote. Throws GatehouseError `bad_request` that says what is wrong. */
export function readRecording(bytes: Uint8Array): Recording {
  try {
    // What is served from it is sent as lines; an editor, or a remote server, may have spread it over several.
    return read(blankLineBreaks(withoutMark(bytes)));
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** A byte order mark, which some editors put before a text, is none of it. */
const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** What a call is found by: method, target, and the rest of what is asked. */
export const answerKey = (method: string, target: string, rest: string): string =>
  `${targetKey(method, target)}\n${rest}`;

/**
 * What everything recorded of one tool, prompt or resource has in common: method and target, whatever the arguments.
 */
export const targetKey = (method: string, target: string): string => JSON.stringify([method, target]);

function read(bytes: Uint8Array): Recording {
  const fixture = objectAt(bytes, whole(bytes));
  if (textAt(bytes, fixture.get("kind")) !== FIXTURE_KIND)
    throw invalid(`it is not a fixture: its "kind" is not "${FIXTURE_KIND}"`);
  const lists: Record<ListKind, string[]> = { tools: [], prompts: [], resources: [], templates: [] };
  const tools = new Set<string>();
  const names = new Names();
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
        const shown = isNamed(kind) ? names.add(name, kind, key) : key;
        if (shown === undefined) continue;
        if (kind === "tools") tools.add(shown);
        lists[kind].push(
          textOf(bytes, { start: entry.start, end: keySpan.start }) +
            JSON.stringify(shown) +
            textOf(bytes, { start: keySpan.end, end: entry.end }),
        );
      }
  }
  const answers = new Map<string, RecordedAnswer[]>();
  const targets = new Set<string>();
  const methods = new Set<string>();
  for (const span of elements(bytes, fixture.get("calls"))) {
    const call = objectAt(bytes, span);
    const method = textAt(bytes, call.get("method"));
    if (method === undefined) throw invalid("a call has no method");
    const asked = askedOf(bytes, method, call.get("params"));
    const own = textAt(bytes, call.get("target")) ?? asked.target;
    const server = textAt(bytes, call.get("server")) ?? "";
    const kind = NAMED_BY[method];
    const unlisted = kind === undefined ? undefined : names.add(server, kind, own);
    // A resource may be one of a template's.
    if (kind !== undefined && kind !== "resources" && unlisted !== undefined) {
      // The server was unknown when the calls were recorded: what was asked for can be asked for all the same.
      if (kind === "tools") tools.add(unlisted);
      const schema = kind === "tools" ? { inputSchema: { type: "object" } } : {};
      lists[kind].push(JSON.stringify({ name: unlisted, ...schema }));
    }
    const target = names.of(server, kind ?? "prompts", own) ?? own;
    const answer = answerOf(bytes, call);
    const key = answerKey(method, target, asked.rest);
    answers.set(key, [...(answers.get(key) ?? []), answer]);
    targets.add(targetKey(method, target));
    methods.add(method);
  }
  return { lists, tools, instructions, answers, targets, methods };
}

/**
 * What a request is about (a tool's or prompt's name, a resource's URI, what is to be completed), and the rest of what is
 * asked: a text in which no digit is lost and the order of keys does not show.
 */
export function askedOf(
  bytes: Uint8Array,
  method: string,
  span: Span | undefined,
): { readonly target: string; readonly rest: string } {
  const params = objectAt(bytes, span);
  if (method !== "completion/complete") {
    const target = textAt(bytes, params.get(method === "resources/read" ? "uri" : "name")) ?? "";
    return { target, rest: canonicalAt(bytes, params.get("arguments")) };
  }
  const ref = objectAt(bytes, params.get("ref"));
  const parts = [ref.get("type"), params.get("argument"), params.get("context")];
  return {
    target: textAt(bytes, ref.get("name") ?? ref.get("uri")) ?? "",
    rest: parts.map((part) => canonicalAt(bytes, part)).join(),
  };
}

function answerOf(bytes: Uint8Array, call: ReadonlyMap<string, Span>): RecordedAnswer {
  const member = call.has("error") ? "error" : "result";
  const span = call.get(member);
  if (span === undefined) throw invalid("a call has neither result nor error");
  const took = call.get("durationUs");
  return {
    member,
    json: textOf(bytes, span),
    asksMore: textAt(bytes, objectAt(bytes, span).get("resultType")) === "input_required",
    durationUs: took === undefined ? 0 : Number(textOf(bytes, took)),
  };
}

/** What entries are called by their names with. */
const NAMED_BY: Readonly<Record<string, Named>> = {
  "tools/call": "tools",
  "prompts/get": "prompts",
  "resources/read": "resources",
};
const isNamed = (kind: ListKind): kind is Named => kind !== "templates";

/** The members of an object; none of what is absent or anything else. */
const objectAt = (bytes: Uint8Array, span: Span | undefined): Map<string, Span> =>
  new Map(
    span === undefined || bytes[span.start] !== 0x7b
      ? []
      : membersOf(bytes, span).map(({ key, value }) => [key, value]),
  );

const elements = (bytes: Uint8Array, span: Span | undefined): Span[] =>
  span === undefined ? [] : elementsOf(bytes, span);

function textAt(bytes: Uint8Array, span: Span | undefined): string | undefined {
  return span !== undefined && bytes[span.start] === 0x22 ? decodeString(bytes, span) : undefined;
}

/** Absent is as good as an empty object. */
const canonicalAt = (bytes: Uint8Array, span: Span | undefined): string =>
  span === undefined ? "{}" : canonicalText(readTree(bytes.subarray(span.start, span.end)));

const invalid = (why: string): GatehouseError =>
  new GatehouseError(
    "bad_request",
    `the recording cannot be read: ${why}`,
    "Write one with: gatehouse calls record ID… > FILE",
  );
