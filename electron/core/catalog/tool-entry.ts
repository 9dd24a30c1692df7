import type { Problem, Tool } from "../../../shared/model/server.ts";
import type { Member, Span } from "../jsonrpc/envelope.ts";
import { decodeString, elementsOf, membersOf, textOf } from "../jsonrpc/json.ts";
import { legalToolName } from "./naming.ts";

/** One tool of a server's catalogue: its own name, and its definition as raw JSON bytes with the name's place in them. */
export interface ToolEntry {
  readonly name: string;
  readonly raw: Uint8Array;
  readonly nameSpan: Span;
}

/** A catalogue page or whole: the tools that can be used, and a problem for each one that was left out. */
export interface ToolReading {
  readonly tools: readonly ToolEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the raw JSON array of a tools/list result. A tool with an illegal name, a name used before, or without an
 * object as its input schema is left out and named in the problems; the rest goes on (one bad tool must not spoil a list).
 * Throws when the bytes are no JSON array.
 */
export function readTools(bytes: Uint8Array, span: Span = { start: 0, end: bytes.length }): ToolReading {
  const tools: ToolEntry[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  elementsOf(bytes, span).forEach((element, index) => {
    const reading = readTool(bytes, element, seen);
    if (typeof reading === "string") problems.push(leftOut(index, reading));
    else {
      seen.add(reading.name);
      tools.push(reading);
    }
  });
  return { tools, problems };
}

function readTool(bytes: Uint8Array, span: Span, seen: ReadonlySet<string>): ToolEntry | string {
  if (bytes[span.start] !== 0x7b) return "it is not an object";
  const members = membersOf(bytes, span);
  const name = members.find((member) => member.key === "name")?.value;
  if (name === undefined || bytes[name.start] !== 0x22) return "it has no name";
  const decoded = decodeString(bytes, name);
  if (!legalToolName(decoded)) return `the name ${JSON.stringify(decoded.slice(0, 60))} is not legal in MCP`;
  if (seen.has(decoded)) return `the name ${decoded} is used twice`;
  const schema = members.find((member) => member.key === "inputSchema")?.value;
  if (schema === undefined || bytes[schema.start] !== 0x7b)
    return `${decoded} has no object as its input schema`;
  return {
    name: decoded,
    raw: bytes.subarray(span.start, span.end),
    nameSpan: { start: name.start - span.start, end: name.end - span.start },
  };
}

function leftOut(index: number, why: string): Problem {
  return {
    code: "tool_left_out",
    message: `tool ${index + 1} of the list was left out: ${why}`,
    advice: "Report it to the server's author; the other tools work.",
  };
}

/** The tool as the control API shows it; everything but `exposedName` is the server's claim. */
export function describeTool(entry: ToolEntry, exposedName: string): Tool {
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
    name: entry.name,
    exposedName,
    title: text("title"),
    description: text("description"),
    inputSchema: json("inputSchema"),
    outputSchema: json("outputSchema"),
    annotations: annotations?.startsWith("{") ? (JSON.parse(annotations) as Record<string, unknown>) : null,
  };
}
