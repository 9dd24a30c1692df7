import type { Problem, Tool } from "../../../shared/model/server.ts";
import type { Member, Span } from "../jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../jsonrpc/json.ts";
import { headerParams } from "../mcp/stateless-era/header-params.ts";
import { LISTS, type ListKind } from "./kinds.ts";
import { legalToolName } from "./naming.ts";

/** One entry of a server's list: what names it, and its definition as raw JSON bytes with the name's place in them. */
export interface Entry {
  /** A tool's or prompt's own name, a resource's URI, a template's URI template. */
  readonly key: string;
  readonly raw: Uint8Array;
  readonly keySpan: Span;
}

/** A list as read: the entries that can be used, and a problem for each one that was left out. */
export interface ListReading {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

/** Bytes of a prompt's name or a URI above which the entry is left out. */
const MAX_KEY = 8_192;

/**
 * Reads the raw JSON array of a list's result. An entry that cannot be used is left out and named in the problems; the
 * rest goes on (one bad tool must not spoil a list). Throws when the bytes are no JSON array.
 */
export function readList(
  kind: ListKind,
  bytes: Uint8Array,
  span: Span = { start: 0, end: bytes.length },
): ListReading {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  elementsOf(bytes, span).forEach((element, index) => {
    const reading = readEntry(kind, bytes, element, seen);
    if (typeof reading === "string") problems.push(leftOut(kind, index, reading));
    else {
      seen.add(reading.key);
      entries.push(reading);
    }
  });
  return { entries, problems };
}

function readEntry(kind: ListKind, bytes: Uint8Array, span: Span, seen: ReadonlySet<string>): Entry | string {
  if (bytes[span.start] !== 0x7b) return "it is not an object";
  const members = membersOf(bytes, span);
  const { key: keyName } = LISTS[kind];
  const key = members.find((member) => member.key === keyName)?.value;
  if (key === undefined || bytes[key.start] !== 0x22) return `it has no ${keyName}`;
  if (key.end - key.start > MAX_KEY) return `its ${keyName} is too long`;
  const decoded = decodeString(bytes, key);
  const shown = JSON.stringify(decoded.slice(0, 60));
  if (seen.has(decoded)) return `the ${keyName} ${shown} is used twice`;
  if (kind === "tools") {
    if (!legalToolName(decoded)) return `the name ${shown} is not legal in MCP`;
    const schema = members.find((member) => member.key === "inputSchema")?.value;
    if (schema === undefined || bytes[schema.start] !== 0x7b)
      return `${decoded} has no object as its input schema`;
    const marks = headerParams(bytes.subarray(schema.start, schema.end));
    if (typeof marks === "string") return `in the input schema of ${decoded}, ${marks}`;
  }
  if (decoded === "") return `its ${keyName} is empty`;
  return {
    key: decoded,
    raw: bytes.subarray(span.start, span.end),
    keySpan: { start: key.start - span.start, end: key.end - span.start },
  };
}

const NOUNS: Readonly<Record<ListKind, string>> = {
  tools: "tool",
  prompts: "prompt",
  resources: "resource",
  templates: "resource template",
};

function leftOut(kind: ListKind, index: number, why: string): Problem {
  const noun = NOUNS[kind];
  return {
    code: "entry_left_out",
    message: `${noun} ${index + 1} of the list was left out: ${why}`,
    advice: `Report it to the server's author; the other ${noun}s work.`,
  };
}

/** A tool as the control API shows it; everything but `exposedName` is the server's claim. */
export function describeTool(entry: Entry, exposedName: string): Tool {
  const members = membersOf(entry.raw, { start: 0, end: entry.raw.length });
  const value = (key: string): Member["value"] | undefined =>
    members.find((member) => member.key === key)?.value;
  const text = (key: string): string | null => {
    const span = value(key);
    return span !== undefined && entry.raw[span.start] === 0x22 ? decodeString(entry.raw, span) : null;
  };
  const json = (key: string): string | null => {
    const span = value(key);
    return span === undefined ? null : textOf(entry.raw, span);
  };
  const annotations = json("annotations");
  return {
    name: entry.key,
    exposedName,
    title: text("title"),
    description: text("description"),
    inputSchema: json("inputSchema"),
    outputSchema: json("outputSchema"),
    annotations: annotations?.startsWith("{") ? (JSON.parse(annotations) as Record<string, unknown>) : null,
  };
}
