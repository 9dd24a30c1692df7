import type { Profile } from "../../../shared/model/config.ts";
import { membersOf } from "../jsonrpc/json.ts";
import { globMatches } from "../policy/glob.ts";
import type { Entry } from "./entry.ts";
import type { ListKind } from "./kinds.ts";

type Filter = Profile["tools"][string];

/** Something of a server: `key` is the server's own name or URI for it. */
export interface Thing {
  readonly server: string;
  readonly kind: ListKind;
  readonly key: string;
}

/** The profile of a name; undefined when the configuration has none. */
export function profileNamed(
  profiles: Readonly<Record<string, Profile>>,
  name: string | null,
): Profile | undefined {
  return name !== null && Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}

/** Whether a profile shows a server at all; without a list of servers it shows every one. */
export function profileShowsServer(profile: Profile, server: string): boolean {
  return profile.servers === undefined || profile.servers.some((pattern) => globMatches(pattern, server));
}

/**
 * Whether a profile shows a tool, a prompt, a resource or a template: an allow list admits, a deny list always wins.
 * Resources are told by their URI, templates by their text.
 */
export function profileShows(profile: Profile, thing: Thing, entry: Entry): boolean {
  const { server, kind, key } = thing;
  if (!profileShowsServer(profile, server)) return false;
  if (kind === "resources") return profileAdmits(profile, thing, key);
  if (kind === "tools" && profile.readOnly && !isReadOnly(entry)) return false;
  const filter = filterOf(profile, thing);
  return isAllowed(filter, [key]) && !isDenied(filter, [key]);
}

/**
 * Whether a URI may be read by way of a resource or template that is shown: however it is spelt, no deny list has it,
 * and an allow list has it or the template.
 */
export function profileAdmits(profile: Profile, thing: Thing, uri: string): boolean {
  const filter = filterOf(profile, thing);
  if (filter === undefined) return true;
  const spellings = spellingsOf(uri);
  if (isDenied(filter, spellings)) return false;
  const byTemplate = thing.kind === "templates" && isAllowed(filter, [thing.key]);
  return byTemplate || isAllowed(filter, CAN_MEAN_ANOTHER.test(uri) ? spellings : [uri]);
}

/** Whether a tool's own definition claims that it changes nothing (MCP, Tools: annotations.readOnlyHint). */
function isReadOnly({ raw }: Entry): boolean {
  const annotations = memberOf(raw, { start: 0, end: raw.length }, "annotations");
  if (annotations === undefined || raw[annotations.start] !== 0x7b) return false;
  const hint = memberOf(raw, annotations, "readOnlyHint");
  return hint !== undefined && raw[hint.start] === 0x74;
}

function filterOf(profile: Profile, { server, kind }: Thing): Filter | undefined {
  const filters = kind === "tools" ? profile.tools : kind === "prompts" ? profile.prompts : profile.resources;
  return Object.hasOwn(filters, server) ? filters[server] : filters["*"];
}

const isAllowed = (filter: Filter | undefined, texts: readonly string[]): boolean =>
  filter?.allow === undefined ||
  texts.every((text) => filter.allow?.some((pattern) => globMatches(pattern, text)) === true);

const isDenied = (filter: Filter | undefined, texts: readonly string[]): boolean =>
  texts.some((text) => filter?.deny?.some((pattern) => globMatches(pattern, text)) === true);

/**
 * A URI as it came, and as a server may understand it: dot segments resolved, percent-encodings decoded. A filter must
 * not be got round by another spelling of what it names.
 */
function spellingsOf(uri: string): string[] {
  const spellings = new Set([uri]);
  for (const spelling of spellings) {
    if (spellings.size > MAX_SPELLINGS) break;
    for (const other of [resolved(spelling), decoded(spelling)])
      if (other !== undefined) spellings.add(other);
  }
  return [...spellings];
}

/** Dot segments, percent-encodings, and what URL parsers drop or turn round. */
const CAN_MEAN_ANOTHER = /[%\\\x00-\x20]|(^|[/])\.\.?([/]|$)/;
/** A URI that is encoded over and over is looked at so many times. */
const MAX_SPELLINGS = 12;

function resolved(uri: string): string | undefined {
  try {
    return new URL(uri).href;
  } catch {
    return undefined;
  }
}

function decoded(uri: string): string | undefined {
  const bytes: number[] = [];
  let changed = false;
  const source = new TextEncoder().encode(uri);
  for (let at = 0; at < source.length; at++) {
    const code =
      source[at] === 0x25 ? Number.parseInt(ascii(source, at + 1) + ascii(source, at + 2), 16) : Number.NaN;
    if (!Number.isNaN(code) && isHex(source[at + 1]) && isHex(source[at + 2])) {
      bytes.push(code);
      changed = true;
      at += 2;
    } else bytes.push(source[at] ?? 0);
  }
  return changed ? new TextDecoder().decode(new Uint8Array(bytes)) : undefined;
}

const ascii = (bytes: Uint8Array, at: number): string => String.fromCharCode(bytes[at] ?? 0);
const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && /[0-9a-fA-F]/.test(String.fromCharCode(byte));

function memberOf(raw: Uint8Array, span: { start: number; end: number }, key: string) {
  return membersOf(raw, span).find((member) => member.key === key)?.value;
}
