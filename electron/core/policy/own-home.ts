import type { PathFacts, PolicyCall, PolicyFacts } from "./call.ts";
import {
  collapse,
  isWithin,
  type NameRules,
  type Place,
  parsePlace,
  placeText,
  sameName,
} from "./paths/place.ts";
import { readPath } from "./paths/readings.ts";
import { resolvePlace } from "./paths/resolve.ts";
import { shellTokens } from "./shell-tokens.ts";
import { isCommandName, MAX_LOOKED_THROUGH, shortTextsOf, textsOf } from "./strings.ts";

/** What must not be reached. */
export interface Guarded {
  /** Gatehouse's own home folder, absolute. */
  readonly home: string;
  /** Files in it that are worth naming, for commands that have changed into another folder before. */
  readonly homeFiles: readonly string[];
  /** Clients' configuration files, absolute. */
  readonly files: readonly { readonly client: string; readonly path: string }[];
  /** Last names of paths that are a client's configuration in any project. */
  readonly projectFiles: readonly { readonly client: string; readonly names: readonly string[] }[];
  /** Variables that commands may use for folders, such as HOME and APPDATA, with their values. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What the guard says of a call that it does not let pass. */
export interface Guarding {
  readonly decision: "deny" | "ask";
  readonly by: string;
  readonly why: () => string;
}

/** A deny that comes before every rule and that no rule can overrule. */
export interface Guard {
  readonly by: string;
  readonly words: string;
  /** Undefined: nothing stands against the call. */
  check(call: PolicyCall, facts: PolicyFacts): Guarding | undefined;
}

/** Last names of a path, and what they mean. */
interface Tail {
  readonly names: readonly string[];
  readonly what: string;
}

type Target = { readonly place: Place; readonly what: string };

/** Paths that are looked up on the disk for one call; a call that holds more asks at least. */
const MAX_LOOKUPS = 200;
/** Longest text that is taken apart as a command; in a longer one only the places' own spelling is looked for. */
const MAX_COMMAND = 64 * 1024;
const BY = "built-in: own home";

/**
 * The built-in deny for calls that reach Gatehouse's own home folder, or the file in which a known client keeps its MCP
 * servers: who writes there decides what runs and what is allowed.
 *
 * It sees, in every text of the arguments and in names of members: paths however they are written (relative to the
 * server's folder, `~`, file: URLs, percent-encoded, "..", other case, other Unicode form, short names and streams of
 * Windows), through symbolic links; and the same paths inside of commands, after quotes, backslashes, `$HOME` and other
 * known variables are taken away, as patterns (`~/.config/gate*`), and by their last names after a `cd`. In a text of
 * several lines that is no command, such as a file's content, a path is a mention: the call asks instead.
 *
 * It does not see: what a command computes (`$(echo …)`, base64, variables of its own, `find ~ -delete`), an action on a
 * folder above, a text of more than 4 MB, hard links, mounts, links made between this look and the server's, what a program does that is merely
 * started, and a bare name without "." or separator that is a link in the server's folder. A server that runs code can
 * always do what this user can; this deny keeps honest tools from being led there.
 */
export function createGuard(
  guarded: Guarded,
  machine: Pick<PathFacts, "platform" | "caseInsensitive" | "home" | "real">,
): Guard {
  const windows = machine.platform === "win32";
  const rules: NameRules = {
    lenient: true,
    platform: machine.platform,
    caseInsensitive: machine.caseInsensitive,
  };
  const facts: PathFacts = {
    ...machine,
    where: "local",
    cwd: undefined,
    project: undefined,
    real: (path) => machine.real(path),
  };
  const targets = [
    { path: guarded.home, what: "Gatehouse's own home folder" },
    ...guarded.files.map(({ client, path }) => ({ path, what: `the configuration of ${client}` })),
  ].flatMap(({ path, what }): Target[] => {
    const place = parsePlace(path, windows);
    if (place === undefined) return [];
    const { written, real } = resolvePlace(place, facts);
    const places = new Map([written, ...real].map((at) => [placeText(at), at]));
    return [...places.values()].map((at) => ({ place: at, what }));
  });
  const homeName = targets[0]?.place.names.at(-1) ?? "gatehouse";
  /** Last names that mean a target wherever a command may have gone before. */
  const tails: readonly Tail[] = [
    ...guarded.homeFiles.map((file) => ({ names: [homeName, file], what: "Gatehouse's own home folder" })),
    ...guarded.files.flatMap(({ client, path }) => {
      const names = parsePlace(path, windows)?.names ?? [];
      const last = names.at(-1) ?? "";
      const distinct = /^(?:claude_desktop_config\.json|\.claude\.json|mcp_config\.json)$/.test(last);
      return names.length === 0
        ? []
        : [{ names: names.slice(distinct ? -1 : -2), what: `the configuration of ${client}` }];
    }),
  ];
  const projectTails = guarded.projectFiles.map(({ client, names }) => ({
    names,
    what: `a project's configuration of ${client}`,
  }));
  const ending = (names: readonly string[], all: readonly Tail[]): string | undefined =>
    all.find(
      (tail) =>
        names.length >= tail.names.length &&
        tail.names.every((name, i) =>
          sameName(names[names.length - tail.names.length + i] ?? "", name, rules),
        ),
    )?.what;
  const within = (place: Place): string | undefined =>
    targets.find((target) => isWithin(place, target.place, rules))?.what ?? ending(place.names, projectTails);
  /** A place whose names may hold `*`. */
  const patternWithin = (place: Place): string | undefined =>
    targets.find(
      ({ place: target }) =>
        place.root === target.root &&
        place.names.length >= target.names.length &&
        target.names.every(
          (name, i) => sameName(place.names[i] ?? "", name, rules) || wildcard(place.names[i] ?? "", name),
        ),
    )?.what;
  const spelt = spelling(guarded, machine.home);

  class Look {
    readonly #facts: PathFacts;
    #lookups = 0;
    exhausted = false;

    constructor(callFacts: PathFacts) {
      this.#facts = callFacts;
    }

    /** What a text that is a path reaches. */
    path(text: string): string | undefined {
      for (const place of readPath(text, this.#facts).places) {
        const found =
          within(collapse(place)) ?? (this.#facts.where === "local" ? this.#real(place) : undefined);
        if (found !== undefined) return found;
      }
      return undefined;
    }

    #real(place: Place): string | undefined {
      if (this.#lookups >= MAX_LOOKUPS) {
        this.exhausted = true;
        return undefined;
      }
      this.#lookups += 1;
      for (const real of resolvePlace(place, this.#facts).real) {
        const found = within(real);
        if (found !== undefined) return found;
      }
      return undefined;
    }

    /** What a text reaches that is a command, or holds a path among other things. */
    command(text: string, isCommand: boolean): { readonly what: string; readonly sure: boolean } | undefined {
      for (const token of shellTokens(text, guarded.variables, windows)) {
        if (token === text) continue;
        const relative = !/^(?:[/~\\]|[A-Za-z]:)/.test(token);
        const names = token.split(/[/\\]/).filter((name) => name !== "" && name !== ".");
        const isPattern = /[*?[{]/.test(token);
        if (isPattern && relative && !isCommand) continue;
        const what =
          (isPattern ? this.#pattern(token) : this.path(token)) ??
          ending(names, projectTails) ??
          (relative ? ending(names, tails) : undefined);
        if (what !== undefined) return { what, sure: isCommand || !isPattern };
      }
      return undefined;
    }

    #pattern(token: string): string | undefined {
      const plain = token.replace(/\[[^\]]*\]|\{[^}]*\}/g, "*").replaceAll("?", "*");
      for (const place of readPath(plain, this.#facts).places) {
        const found = patternWithin(collapse(place));
        if (found !== undefined) return found;
      }
      return undefined;
    }
  }

  const check = (call: PolicyCall, callFacts: PolicyFacts): Guarding | undefined => {
    const bytes = call.arguments();
    if (bytes === undefined) return undefined;
    const cwd = callFacts.cwd === undefined ? undefined : parsePlace(callFacts.cwd, windows);
    const inside = cwd !== undefined && within(cwd) !== undefined;
    if (!inside && !mayHoldPath(bytes)) return undefined;
    const large = bytes.length > MAX_LOOKED_THROUGH;
    const { texts, complete } = large
      ? shortTextsOf(bytes, MAX_LOOKED_THROUGH)
      : { texts: textsOf(bytes, true), complete: true };
    const look = new Look(callFacts);
    let mentioned: Guarding | undefined;
    for (const { text, key, pointer } of texts) {
      if (!inside && !HOLDS_PATH.test(text)) continue;
      const isCommand = isCommandName(key);
      const prose = text.length > MAX_COMMAND || (text.includes("\n") && !isCommand);
      const reached = prose ? undefined : look.path(text);
      const found =
        reached !== undefined
          ? { what: reached, sure: true }
          : prose
            ? speltOut(spelt(text))
            : PLAIN_PATH.test(text) && !isCommand
              ? undefined
              : look.command(text, isCommand);
      if (found === undefined) continue;
      const where = `the argument ${JSON.stringify(pointer)}`;
      if (found.sure)
        return {
          decision: "deny",
          by: BY,
          why: () => `${where} reaches ${found.what}, which no rule can allow`,
        };
      mentioned ??= mention(found.what, where);
    }
    if (look.exhausted || !complete)
      mentioned ??= {
        decision: "ask",
        by: BY,
        why: () => "the arguments hold more than can be looked through to keep Gatehouse's own home safe",
      };
    return mentioned;
  };
  return {
    by: BY,
    words: "Deny what reaches Gatehouse's own home folder or a known client's configuration.",
    check,
  };
}

const speltOut = (what: string | undefined): { what: string; sure: false } | undefined =>
  what === undefined ? undefined : { what, sure: false };

const mention = (what: string, where: string): Guarding => ({
  decision: "ask",
  by: BY,
  why: () => `${where} mentions ${what}`,
});

/** Nothing in it that a shell would read otherwise. */
const PLAIN_PATH = /^[\w./~+-]*$/;
const HOLDS_PATH = /[./\\~$%]/;
const PATH_BYTES = [0x2e, 0x2f, 0x5c, 0x7e, 0x24, 0x25];

/** Whether JSON holds any character that a path needs; an escaped one has its backslash. */
const mayHoldPath = (bytes: Uint8Array): boolean => PATH_BYTES.some((byte) => bytes.indexOf(byte) >= 0);

/** Whether a name with `*` in it may stand for another, whatever their case. */
function wildcard(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return false;
  const parts = pattern.toLowerCase().split("*");
  let rest = name.toLowerCase();
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (!rest.startsWith(first) || !rest.endsWith(last) || rest.length < first.length + last.length)
    return false;
  rest = rest.slice(first.length, rest.length - last.length);
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

/** Finds the plain spellings of what is guarded in a long text. */
function spelling(guarded: Guarded, home: string): (text: string) => string | undefined {
  const forms = [guarded.home, ...guarded.files.map(({ path }) => path)].flatMap((path) => {
    const rest = path.startsWith(home) ? path.slice(home.length).replace(/^[/\\]/, "") : path;
    const below = /[/\\]|^\./.test(rest) ? rest : `~/${rest}`;
    return [below, below.replaceAll("\\", "/"), below.replaceAll("\\", "\\\\")];
  });
  const names = guarded.projectFiles.map(({ names: parts }) => parts.join("/"));
  const wanted = [...new Set([...forms, ...names].map((form) => form.toLowerCase()))].filter(
    (form) => form !== "",
  );
  return (text) => {
    const lower = text.toLowerCase();
    const found = wanted.find((form) => lower.includes(form));
    return found === undefined ? undefined : `what looks like ${found}`;
  };
}
