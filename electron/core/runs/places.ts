import { keyWords, PATH_WORDS } from "../../../shared/argument-names.ts";
import type { RunPlace } from "../../../shared/model/run.ts";

/** Files and hosts that one call's arguments name. */
export interface Places {
  readonly files: readonly string[];
  readonly hosts: readonly string[];
}

const LONGEST = 4_096;
/** Words of the names of members that hold a host as such, and those that hold a shell's command line. */
const HOST_WORDS: ReadonlySet<string> = new Set(["host", "hostname", "domain"]);
const COMMAND_WORDS: ReadonlySet<string> = new Set(["command", "cmd"]);
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
/** Values that are looked at in one call. */
const MOST_VALUES = 5_000;
/** Characters that are parsed of one call at most, long texts left out: what is parsed holds up the hub's calls. */
const MOST_PARSED = 256 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What the arguments of a call (a JSON value) name; each once. Of a command only the addresses in it are looked for. */
export function placesIn(value: unknown): Places {
  const files = new Set<string>();
  const hosts = new Set<string>();
  const queue: { readonly key: string; readonly value: unknown }[] = [{ key: "", value }];
  for (let at = 0; at < queue.length && at < MOST_VALUES; at += 1) {
    const entry = queue[at];
    if (entry === undefined) break;
    if (typeof entry.value === "string") look(entry.key, entry.value, files, hosts);
    else if (Array.isArray(entry.value))
      for (const child of entry.value) queue.push({ key: entry.key, value: child });
    else if (typeof entry.value === "object" && entry.value !== null)
      for (const [key, child] of Object.entries(entry.value)) queue.push({ key, value: child });
  }
  return { files: [...files], hosts: [...hosts] };
}

function look(key: string, text: string, files: Set<string>, hosts: Set<string>): void {
  if (text === "" || text.length > LONGEST || /[\n\r]/.test(text)) return;
  const words = keyWords(key);
  const url = addressIn(text);
  if (url?.protocol === "file:") files.add(decoded(url.pathname));
  else if (url !== undefined) hosts.add(url.host);
  else if (words.some((word) => COMMAND_WORDS.has(word)))
    for (const [address] of text.matchAll(/\bhttps?:\/\/[^\s"'`<>|;&()]+/gi)) {
      const named = addressIn(address);
      if (named !== undefined) hosts.add(named.host);
    }
  else if (words.some((word) => HOST_WORDS.has(word)) && HOST.test(text)) hosts.add(text.toLowerCase());
  else if (isPath(words, text)) files.add(text);
}

function addressIn(text: string): URL | undefined {
  if (!/^\s*[a-z][a-z0-9+.-]+:\/\/\S+\s*$/i.test(text)) return undefined;
  try {
    const url = new URL(text.trim());
    return url.host !== "" || url.protocol === "file:" ? url : undefined;
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const isPath = (words: readonly string[], text: string): boolean =>
  words.some((word) => PATH_WORDS.has(word)) ||
  (/^(?:\/(?!\/)|~[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/]|\\\\)\S/.test(text) && !/\s\S+\s/.test(text));

/**
 * What the recorded params of a request (raw JSON) name: a tool call's or a prompt's arguments, or the resource. Throws
 * SyntaxError for what is no JSON, RangeError for what is too much to be read beside the hub's calls.
 */
export function placesInParams(method: string, params: string): Places {
  const { arguments: given, uri } = Object(JSON.parse(withoutLongTexts(params))) as Record<string, unknown>;
  if (!method.startsWith("resources/")) return placesIn(given);
  const { files, hosts } = placesIn(uri);
  // A scheme of the server's own has no host.
  return { files, hosts: /^(?:https?|wss?|ftps?):/i.test(String(uri)) ? hosts : [] };
}

/**
 * JSON text with "" in place of every text that is too long to name a place: a file's contents need not be parsed. Throws
 * RangeError where more than `MOST_PARSED` is left.
 */
function withoutLongTexts(json: string): string {
  if (json.length <= MOST_PARSED) return json;
  const kept: string[] = [];
  let [from, left] = [0, 0];
  for (let open = json.indexOf('"'); open >= 0 && left + open - from <= MOST_PARSED; ) {
    const close = closeOf(json, open);
    if (close - open > LONGEST * 6) {
      kept.push(json.slice(from, open + 1));
      left += open + 1 - from;
      from = close;
    }
    open = json.indexOf('"', close + 1);
  }
  if (left + json.length - from > MOST_PARSED) throw new RangeError("there is too much to be read");
  return `${kept.join("")}${json.slice(from)}`;
}

/** Where the text that begins at a quote ends; the end of all where it does not. */
function closeOf(json: string, open: number): number {
  for (let at = open + 1; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === BACKSLASH) at++;
    else if (character === QUOTE) return at;
  }
  return json.length;
}

/**
 * Counts in how many calls each place was named, in how many of them that were denied, and by which tools; the most
 * named first, at most `most`.
 */
export function countPlaces(
  named: readonly { readonly tool: string; readonly denied: boolean; readonly places: readonly string[] }[],
  most = 500,
): RunPlace[] {
  const counted = new Map<string, { calls: number; denied: number; tools: Set<string> }>();
  for (const { tool, denied, places } of named)
    for (const place of places) {
      const known = counted.get(place) ?? { calls: 0, denied: 0, tools: new Set() };
      known.calls += 1;
      if (denied) known.denied += 1;
      known.tools.add(tool);
      counted.set(place, known);
    }
  return [...counted]
    .map(([name, { calls, denied, tools }]) => ({ name, calls, denied, tools: [...tools] }))
    .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}
