import type { PathFacts, Verdict } from "../call.ts";
import { collapse, isWithin, type NameRules, type Place, parsePlace, placeText } from "./place.ts";
import { readPath } from "./readings.ts";
import { type Resolved, resolvePlace } from "./resolve.ts";

/**
 * Whether a text is a path that leads to a folder or into it, with links resolved. For an allow (`lenient` false) every
 * reading must lead there; for a deny or an ask one is enough. Hard links and mounts cannot be seen.
 */
export function judgeUnder(text: string, folder: string, facts: PathFacts, lenient: boolean): Verdict {
  const shown = (): string => `the path ${JSON.stringify(text)}`;
  const target = folderPlace(folder, facts);
  if (typeof target === "string") return { match: "unknown", why: () => target };
  const rules: NameRules = { lenient, platform: facts.platform, caseInsensitive: facts.caseInsensitive };
  if (facts.where !== "local") {
    const what = facts.where === "remote" ? "a remote server" : "a container";
    if (
      lenient &&
      readPath(text, { ...facts, cwd: undefined }).places.some((at) => isWithin(collapse(at), target, rules))
    )
      return { match: "unknown", why: () => `${shown()} of ${what} reads like one under ${folder}` };
    return { match: "no", why: () => `${shown()} is one of ${what}, never under a folder of this machine` };
  }
  const folders = resolvedFolder(folder, target, facts);
  const readings = resolvedReadings(text, facts);
  let doubt = folders.doubt ?? readings.doubt;
  let outside: Place | undefined;
  for (const resolved of readings.places) {
    doubt ??= resolved.doubt;
    const within = (at: Place): boolean =>
      folders.real.some((real) => isWithin(at, real, rules)) ||
      (lenient && isWithin(at, folders.written, rules));
    if (lenient && [resolved.written, ...resolved.real].some(within))
      return { match: "yes", why: () => `${shown()} leads under ${folder}` };
    if (lenient && resolved.written.root.startsWith("\\\\") && resolved.written.root !== target.root)
      doubt ??= "a share may be a folder of this machine";
    if (!lenient && resolved.doubt === undefined) outside ??= resolved.real.find((at) => !within(at));
  }
  if (outside !== undefined && folders.doubt === undefined) {
    const where = outside;
    return {
      match: "no",
      why: () => `${shown()} leads to ${JSON.stringify(placeText(where))}, which is not under ${folder}`,
    };
  }
  const because = doubt ?? (readings.places.length === 0 ? "it reads like no path" : undefined);
  if (because !== undefined)
    return {
      match: "unknown",
      why: () => `whether ${shown()} is under ${folder} cannot be told: ${because}`,
    };
  return lenient
    ? { match: "no", why: () => `${shown()} is not under ${folder}` }
    : { match: "yes", why: () => `${shown()} is under ${folder}` };
}

interface ResolvedReadings {
  readonly places: readonly Resolved[];
  readonly doubt: string | undefined;
}

interface Known {
  readonly readings: Map<string, ResolvedReadings>;
  readonly folders: Map<string, Resolved>;
}

/** What was found out for one call, so that many rules find it out once: facts are those of one call. */
const known = new WeakMap<PathFacts, Known>();

function knownOf(facts: PathFacts): Known {
  const found = known.get(facts);
  if (found !== undefined) return found;
  const made: Known = { readings: new Map(), folders: new Map() };
  known.set(facts, made);
  return made;
}

function resolvedReadings(text: string, facts: PathFacts): ResolvedReadings {
  const { readings } = knownOf(facts);
  const found = readings.get(text);
  if (found !== undefined) return found;
  const { places, doubt } = readPath(text, facts);
  const made = { places: places.map((place) => resolvePlace(place, facts)), doubt };
  readings.set(text, made);
  return made;
}

function resolvedFolder(folder: string, place: Place, facts: PathFacts): Resolved {
  const { folders } = knownOf(facts);
  const found = folders.get(folder);
  if (found !== undefined) return found;
  const made = resolvePlace(place, facts);
  folders.set(folder, made);
  return made;
}

/** A folder as a rule names it: absolute, or below `~` or `${project}`. A sentence when it cannot be told. */
function folderPlace(folder: string, facts: PathFacts): Place | string {
  const windows = facts.platform === "win32";
  const below = /^(~|\$\{project\})(?=$|[/\\])/.exec(folder);
  if (below === null) {
    const place = parsePlace(folder, windows);
    return place === undefined ? `${JSON.stringify(folder)} is no folder of this system` : collapse(place);
  }
  const base = below[1] === "~" ? facts.home : facts.project;
  if (base === undefined) return `the client has told no project, and the rule means ${folder}`;
  const rest = folder.slice(below[0].length);
  const place = parsePlace(base + rest, windows);
  return place === undefined ? `${JSON.stringify(base)} is no folder of this system` : collapse(place);
}
