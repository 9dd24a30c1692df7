import { keyWords, PATH_WORDS } from "../../../shared/argument-names.ts";
import type { RunPlace } from "../../../shared/model/run.ts";

/** Files and hosts that one call's arguments name. */
export interface Places {
  readonly files: readonly string[];
  readonly hosts: readonly string[];
}

const LONGEST = 4_096;
/** Values that are looked at in one call. */
const MOST_VALUES = 5_000;

/** What the arguments of a call (a JSON value) name; each once. A command's own words are not taken apart. */
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
  const url = addressIn(text);
  if (url?.protocol === "file:") files.add(decoded(url.pathname));
  else if (url !== undefined) hosts.add(url.host);
  else if (isPath(key, text)) files.add(text);
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

const isPath = (key: string, text: string): boolean =>
  keyWords(key).some((word) => PATH_WORDS.has(word)) ||
  (/^(?:\/(?!\/)|~[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/]|\\\\)\S/.test(text) && !/\s\S+\s/.test(text));

/** Counts in how many calls each place was named, and by which tools; the most named first, at most `most`. */
export function countPlaces(
  named: readonly { readonly tool: string; readonly places: readonly string[] }[],
  most = 500,
): RunPlace[] {
  const counted = new Map<string, { calls: number; tools: Set<string> }>();
  for (const { tool, places } of named)
    for (const place of places) {
      const known = counted.get(place) ?? { calls: 0, tools: new Set() };
      known.calls += 1;
      known.tools.add(tool);
      counted.set(place, known);
    }
  return [...counted]
    .map(([name, { calls, tools }]) => ({ name, calls, tools: [...tools] }))
    .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}
