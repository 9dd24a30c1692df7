import type { ArgCondition, JsonValue, Rule } from "../../../shared/model/rule.ts";
import type { PolicyCall, PolicyFacts } from "./call.ts";
import { ruleCovers } from "./compile.ts";
import { collapse, type Place, parsePlace, placeText } from "./paths/place.ts";
import { readPath } from "./paths/readings.ts";
import { resolvePlace } from "./paths/resolve.ts";
import { type FoundText, isPathLike, textsOf } from "./strings.ts";
import { ruleInWords } from "./words.ts";

/** A rule that an answer may save. */
export interface Narrowing {
  readonly key: "exact" | "folder" | "project" | "host" | "tool";
  /** Short, for a button: "only under ~/proj". */
  readonly label: string;
  /** The whole rule in words. */
  readonly words: string;
  readonly rule: Rule;
}

/** Arguments that are compared as a whole have at most so many bytes. */
const MAX_EXACT = 16 * 1024;
/** A rule does not spell out more arguments than a person would read. */
const MAX_CONDITIONS = 8;

/**
 * Ways to narrow a lasting allow that covers a call, the narrowest first: exactly these arguments, only under a folder
 * (its paths), only one host (its URLs), and last the tool with any arguments. Each covers the call; what cannot be said
 * surely is not proposed. All are for this client, server, method and tool, so that each is a part of the last.
 */
export function narrow(call: PolicyCall, facts: PolicyFacts): Narrowing[] {
  const base = baseRule(call);
  const offers: Narrowing[] = [];
  const offer = (key: Narrowing["key"], label: string, args: readonly ArgCondition[] | undefined): void => {
    const rule: Rule = args === undefined ? base : { ...base, args: [...args] };
    if (offers.some((other) => JSON.stringify(other.rule) === JSON.stringify(rule))) return;
    if (ruleCovers(rule, call, facts)) offers.push({ key, label, words: ruleInWords(rule), rule });
  };
  const exact = exactly(call);
  if (exact !== undefined) offer("exact", "exactly these arguments", [exact]);
  const shape = shapeOf(call, facts);
  if (shape !== undefined && shape.paths.length > 0) {
    const parent = commonFolder(shape.paths.map(({ folder }) => folder));
    const project = projectFolder(facts);
    if (parent !== undefined && isNarrow(parent, facts))
      offer("folder", `only under ${tilde(parent, facts)}`, conditions(shape, tilde(parent, facts)));
    if (project !== undefined)
      offer("project", "only in its project", conditions(shape, tilde(project, facts)));
  } else if (shape !== undefined && shape.urls.length > 0) {
    const hosts = [...new Set(shape.urls.map(({ host }) => host))];
    offer("host", `only ${hosts.join(" and ")}`, conditions(shape, undefined));
  }
  offer("tool", "this tool, any arguments", undefined);
  return offers;
}

/** A call that a person has allowed, with the facts that held. */
export interface Approval {
  readonly call: PolicyCall;
  readonly facts: PolicyFacts;
}

/**
 * The narrowest rule that covers calls which a person has allowed one by one, at least three; undefined when there is
 * none that is no leap: the same arguments; the same tool under one folder or at one host; the same tool, when it takes
 * neither paths nor URLs; read-only tools of one server.
 */
export function coveringRule(approvals: readonly Approval[]): Narrowing | undefined {
  const [first] = approvals;
  if (first === undefined || approvals.length < 3) return undefined;
  const same = (of: (call: PolicyCall) => unknown): boolean =>
    approvals.every(({ call }) => of(call) === of(first.call));
  if (!same(({ clientId }) => clientId) || !same(({ server }) => server) || !same(({ method }) => method))
    return undefined;
  const readOnly = approvals.every(({ call }) => call.claims.readOnly);
  const oneTool = same(({ tool }) => tool);
  if (!oneTool && (!readOnly || first.call.tool === "")) return undefined;
  const { tool: _tool, ...whole } = baseRule(first.call);
  const base: Rule = oneTool ? baseRule(first.call) : { ...whole, annotations: { readOnly: true } };
  for (const [key, label, args] of proposals(approvals, oneTool, readOnly)) {
    const rule: Rule = args === undefined ? base : { ...base, args: [...args] };
    if (approvals.every(({ call, facts }) => ruleCovers(rule, call, facts)))
      return { key, label, words: ruleInWords(rule), rule };
  }
  return undefined;
}

type Proposal = readonly [Narrowing["key"], string, readonly ArgCondition[] | undefined];

function* proposals(
  approvals: readonly Approval[],
  oneTool: boolean,
  readOnly: boolean,
): Generator<Proposal> {
  const [first] = approvals;
  if (first === undefined) return;
  const exact = exactly(first.call);
  if (oneTool && exact !== undefined) yield ["exact", "exactly these arguments", [exact]];
  const shapes = approvals.map(({ call, facts }) => shapeOf(call, facts));
  const whole = oneTool ? "this tool, any arguments" : "what this server calls read-only";
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length) return;
  const paths = known.flatMap((shape) => shape.paths);
  const urls = known.flatMap((shape) => shape.urls);
  if (paths.length === 0 && urls.length === 0) {
    yield ["tool", whole, undefined];
    return;
  }
  const widest = known.reduce((one, other) =>
    one.paths.length + one.urls.length <= other.paths.length + other.urls.length ? one : other,
  );
  const folder = paths.length === 0 ? undefined : commonFolder(paths.map((path) => path.folder));
  if (paths.length === 0) {
    if (new Set(urls.map(({ host }) => host)).size === 1)
      yield ["host", `only ${urls[0]?.host}`, conditions(widest, undefined)];
  } else if (folder !== undefined && isNarrow(folder, first.facts)) {
    const text = tilde(folder, first.facts);
    yield ["folder", `only under ${text}`, conditions(widest, text)];
  }
  // Reading anywhere is a small leap after three different places; writing anywhere is none to offer.
  if (readOnly) yield ["tool", whole, undefined];
}

/** The rule for everything that the call's tool does; the client by its registered name, which a person can read. */
function baseRule({ client, server, tool, method }: PolicyCall): Rule {
  return {
    client,
    server,
    method,
    ...(tool === "" ? {} : { tool }),
    decision: "allow",
  };
}

function exactly(call: PolicyCall): ArgCondition | undefined {
  const bytes = call.arguments();
  if (bytes === undefined || bytes.length > MAX_EXACT) return undefined;
  const text = new TextDecoder().decode(bytes);
  const value = JSON.parse(text) as JsonValue;
  // Long numbers would be rounded in the rule, and lone surrogates be lost: what is not kept is not proposed.
  if (/\d{16}|[eE][+-]?\d{3}|\\u[dD][89a-fA-F]/.test(text)) return undefined;
  return { path: "", equals: value };
}

/** The paths and URLs among the arguments of a call. */
interface Shape {
  readonly paths: readonly { readonly path: string; readonly folder: Place }[];
  readonly urls: readonly { readonly path: string; readonly host: string }[];
}

/** Undefined when some path cannot be told surely. */
function shapeOf(call: PolicyCall, facts: PolicyFacts): Shape | undefined {
  const bytes = call.arguments();
  if (bytes === undefined || bytes.length > MAX_EXACT * 16) return { paths: [], urls: [] };
  const paths: { path: string; folder: Place }[] = [];
  const urls: { path: string; host: string }[] = [];
  for (const found of textsOf(bytes, false)) {
    const url = hostOf(found.text);
    const path = listPointer(found);
    if (url !== undefined) urls.push({ path, host: url });
    else if (isPathLike(found)) {
      const folder = folderOf(found.text, facts);
      if (folder === undefined) return undefined;
      paths.push({ path, folder });
    }
  }
  const pointers = new Set([...paths, ...urls].map(({ path }) => path));
  return pointers.size > MAX_CONDITIONS ? undefined : { paths, urls };
}

/** A pointer to the list that a text stands in rather than to its place in it. */
const listPointer = ({ pointer }: FoundText): string =>
  pointer.replace(/(?:\/\d+)+$/, "").replace(/\/\d+(?=\/)/g, "/*");

function conditions({ paths, urls }: Shape, folder: string | undefined): ArgCondition[] {
  const found: ArgCondition[] = [];
  if (folder !== undefined)
    for (const path of new Set(paths.map((each) => each.path))) found.push({ path, under: folder });
  const seen = new Set<string>();
  for (const { path, host } of urls) {
    if (seen.has(path)) continue;
    seen.add(path);
    found.push({ path, host });
  }
  return found;
}

/** The host of an http(s) URL, with its port unless it is the scheme's own. */
function hostOf(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  try {
    return new URL(text).host;
  } catch {
    return undefined;
  }
}

/** The folder that a path lies in, links resolved; undefined when it cannot be told surely, or is no local path. */
function folderOf(text: string, facts: PolicyFacts): Place | undefined {
  if (facts.where !== "local") return undefined;
  const { places, doubt } = readPath(text, facts);
  const [place] = places;
  if (doubt !== undefined || place === undefined) return undefined;
  const resolved = resolvePlace(place, facts);
  const [real] = resolved.real;
  if (resolved.doubt !== undefined || real === undefined) return undefined;
  const isFolder = /[/\\]\.?$/.test(text) || text === "." || text === "";
  return isFolder ? real : { root: real.root, names: real.names.slice(0, -1) };
}

function commonFolder(folders: readonly Place[]): Place | undefined {
  const [first] = folders;
  if (first === undefined || folders.some(({ root }) => root !== first.root)) return undefined;
  let shared = first.names.length;
  for (const { names } of folders) {
    let same = 0;
    while (same < shared && names[same] === first.names[same]) same += 1;
    shared = same;
  }
  return { root: first.root, names: first.names.slice(0, shared) };
}

/** Whether a folder is one that somebody may mean: not the root, nor the home folder or what is above it. */
function isNarrow(folder: Place, facts: PolicyFacts): boolean {
  if (folder.names.length < 2) return false;
  const home = parsePlace(facts.real(facts.home) ?? facts.home, facts.platform === "win32");
  if (home === undefined) return false;
  const above = home.root === folder.root && folder.names.every((name, i) => home.names[i] === name);
  return !above;
}

function projectFolder(facts: PolicyFacts): Place | undefined {
  if (facts.project === undefined) return undefined;
  const place = parsePlace(facts.project, facts.platform === "win32");
  const real = place && resolvePlace(collapse(place), facts).real[0];
  return real !== undefined && isNarrow(real, facts) ? real : undefined;
}

/** A folder as a person writes it. */
function tilde(folder: Place, { home, platform }: PolicyFacts): string {
  const text = placeText(folder);
  const separator = platform === "win32" ? "\\" : "/";
  return text.startsWith(home + separator) ? `~${text.slice(home.length)}` : text;
}
