import type { Held } from "../../../shared/model/consent.ts";
import { lookAlikesOf, type NamedLike, namesOthers } from "../../core/pins/look-alikes.ts";
import { pinnedStrings, readableText } from "../../core/pins/pinned-text.ts";
import { suspicionsOfAll } from "../../core/pins/suspicious.ts";
import type { HeldItem, ServerPins } from "./server-pins.ts";

/** Characters of one text, and of all texts together, that a caller is given. */
const MAX_TEXT = 200_000;
const MAX_CUT = 2_000;
const MAX_ALL = 4_000_000;
/** Things of one answer; what is beyond comes up when these are accepted. */
const MAX_HELD = 1_000;

/** What is held of a server, for a person: readable texts, and what looks suspicious in them. */
export function heldViews(pins: ServerPins, others: readonly NamedLike[]): Held[] {
  const own = new Set(pins.pins.filter(({ kind }) => kind === "tool").map(({ key }) => key));
  let budget = MAX_ALL;
  const shown = (canonical: string): { text: string; cut: boolean } => {
    const text = readableText(canonical);
    const most = budget > 0 ? MAX_TEXT : MAX_CUT;
    budget -= Math.min(text.length, most);
    return text.length > most ? { text: `${text.slice(0, most)}…`, cut: true } : { text, cut: false };
  };
  return pins.held.slice(0, MAX_HELD).map(({ id, now, change, before, since }) => {
    const canonical = now.text();
    const after = shown(canonical);
    const was = before === null ? undefined : shown(before);
    const flags = flagsOf(pins.name, now, canonical, others, own);
    if (after.cut || was?.cut === true) flags.unshift("Its text is too long to be shown whole.");
    return {
      id,
      server: pins.name,
      kind: now.kind,
      name: nameOf(now),
      change,
      before: was?.text ?? null,
      after: after.text,
      flags,
      since: new Date(since).toISOString(),
    };
  });
}

function nameOf({ kind, key }: HeldItem["now"]): string {
  return kind === "instructions" ? "instructions" : kind === "package" ? "package" : key;
}

/** What looks suspicious in a text of a server, a sentence each. */
function flagsOf(
  server: string,
  { kind, key, hash }: HeldItem["now"],
  canonical: string,
  others: readonly NamedLike[],
  own: ReadonlySet<string>,
): string[] {
  // What a package is called is no text that models read; its checksum would pass for encoded data.
  if (kind === "package") return [];
  const strings = pinnedStrings(canonical);
  const like: NamedLike = { server, name: key, hash };
  return [
    ...suspicionsOfAll(strings),
    ...(kind === "tool" ? lookAlikesOf(like, others) : []),
    ...namesOthers(strings, like, others, own),
  ].map((fragment) => `It ${fragment}.`);
}
