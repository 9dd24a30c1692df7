import type { CallDetail, Payload } from "../../shared/model/call.ts";
import { isContainer, type JsonNode, member, parseJson } from "../lib/json/parse.ts";
import { writeJson } from "../lib/json/rows.ts";

/** What of a call is compared. */
export const COMPARED = ["result", "arguments"] as const;
export type Compared = (typeof COMPARED)[number];

/** Texts within results that are JSON themselves are indented up to this length. */
const LONGEST_INNER = 200_000;
/** Base64 is shown by its ends, of so many characters. */
const MEDIA_ENDS = 32;

/**
 * A part of a call as lines that say the same exactly where the calls say the same: indented, members in the order of
 * their names (their order means nothing), texts line by line, JSON within texts read, media by a digest and their ends. "" when
 * the call has no such part.
 */
export function comparable(call: CallDetail, part: Compared): string {
  try {
    return linesOf(call, part);
  } catch {
    // Nested too deep to be read: compared as it went.
    return (part === "arguments" ? call.request : (call.error ?? call.result))?.text ?? "";
  }
}

function linesOf(call: CallDetail, part: Compared): string {
  if (part === "arguments") {
    const root = rootOf(call.request);
    if (root === undefined) return call.request?.text ?? "";
    const given = member(root, "arguments");
    return given === undefined ? "" : lines(given);
  }
  const payload = call.error ?? call.result;
  const root = rootOf(payload);
  if (root === undefined) return payload?.text ?? "";
  const head = call.error === null ? "" : "error\n";
  return head + (contentLines(root) ?? lines(root));
}

function rootOf(payload: Payload | null): JsonNode | undefined {
  if (payload === null) return undefined;
  try {
    return parseJson(payload.text, payload.truncated).root;
  } catch {
    return undefined;
  }
}

const lines = (node: JsonNode): string => writeJson(sorted(node));

/** The same with each object's members by name; of a name that stands twice both are kept, in their order. */
function sorted(node: JsonNode): JsonNode {
  if (!isContainer(node)) return node;
  const children = node.children.map((child, index) =>
    node.kind === "object" && node.keys[index] === "blob" ? shortened(child) : sorted(child),
  );
  if (node.kind === "array") return { ...node, children };
  const order = node.keys.map((_, index) => index);
  order.sort((a, b) => {
    const [one = "", other = ""] = [node.keys[a], node.keys[b]];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
  return {
    ...node,
    keys: order.map((index) => node.keys[index] ?? ""),
    children: order.flatMap((index) => children[index] ?? []),
  };
}

/** What is not text of a resource; short ones stand as they are. */
const shortened = (node: JsonNode): JsonNode =>
  node.kind === "string" && node.text.length > MEDIA_ENDS * 2
    ? { ...node, text: mediaLine(node.text) }
    : sorted(node);

/** A tool's result block by block; undefined for anything else. */
function contentLines(root: JsonNode): string | undefined {
  const content = member(root, "content");
  if (root.kind !== "object" || content?.kind !== "array") return undefined;
  const blocks = content.children.map((block, index) => {
    const type = member(block, "type");
    const title = `── content ${index + 1}: ${type?.kind === "string" ? type.text : "?"} ──`;
    const text = member(block, "text");
    if (type?.kind === "string" && type.text === "text" && text?.kind === "string")
      return `${title}\n${readText(text.text)}${others(block, ["type", "text"])}`;
    const data = member(block, "data");
    if (data?.kind === "string") return `${title}\n${mediaLine(data.text)}${others(block, ["type", "data"])}`;
    return `${title}\n${lines(block)}`;
  });
  const rest = others(root, ["content"]).trimStart();
  return [...blocks, ...(rest === "" ? [] : [`── the rest of the result ──\n${rest}`])].join("\n");
}

function mediaLine(media: string): string {
  const ends =
    media.length <= MEDIA_ENDS * 2
      ? media
      : `${media.slice(0, MEDIA_ENDS)}…${media.slice(-MEDIA_ENDS)} (${digestOf(media)})`;
  return `${media.length} characters of base64: ${ends}`;
}

/** A number that differs where texts do, but by chance: FNV-1a in 64 bits, hex. Whoever wants can make two that share it. */
function digestOf(text: string): string {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at += 1) {
    low = (low ^ text.charCodeAt(at)) >>> 0;
    // Times 2^40 + 0x1b3, in two halves of which no product is over 2^53.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

function others(node: JsonNode, except: readonly string[]): string {
  if (node.kind !== "object" || !("keys" in node)) return "";
  const kept = node.keys.map((_, index) => index).filter((index) => !except.includes(node.keys[index] ?? ""));
  if (kept.length === 0) return "";
  const rest: JsonNode = {
    ...node,
    keys: kept.map((index) => node.keys[index] ?? ""),
    children: kept.flatMap((index) => node.children[index] ?? []),
  };
  return `\n${lines(rest)}`;
}

function readText(text: string): string {
  if (!/^\s*[[{]/.test(text) || text.length > LONGEST_INNER) return text;
  try {
    return lines(parseJson(text).root);
  } catch {
    return text;
  }
}
