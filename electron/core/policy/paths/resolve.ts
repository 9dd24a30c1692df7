import type { PathFacts } from "../call.ts";
import { collapse, type Place, parsePlace, placeText } from "./place.ts";

/** Where a place leads: as it is written, and with links resolved in each way that programs do it. */
export interface Resolved {
  readonly written: Place;
  readonly real: readonly Place[];
  /** Why the real one cannot be told, if so. */
  readonly doubt: string | undefined;
}

/** A name that Windows has made up for programs of old, such as PROGRA~1. */
const SHORT_NAME = /^[^~. ]{1,6}~[0-9]{1,6}(?:\.[^. ]{0,3})?$/;

/**
 * Resolves a place. ".." is taken out by the text, as most programs do, and again after the links before it, as the
 * system does: where the two differ, both count.
 */
export function resolvePlace(place: Place, facts: PathFacts): Resolved {
  const windows = facts.platform === "win32";
  const written = collapse(place);
  const real: Place[] = [];
  let doubt: string | undefined;
  const look = (at: Place): Place | undefined => {
    const text = facts.real(placeText(at));
    const found = text === undefined ? undefined : parsePlace(text, windows);
    if (found === undefined) doubt ??= "where it leads cannot be found out";
    return found;
  };
  const straight = look(written);
  if (straight !== undefined) real.push(straight);
  if (!windows && place.names.includes("..")) {
    let at: Place | undefined = { root: place.root, names: [] };
    for (const name of place.names) {
      if (at === undefined) break;
      if (name === "..") {
        const above: Place | undefined = look(at);
        at = above && { root: above.root, names: above.names.slice(0, -1) };
      } else at = { root: at.root, names: [...at.names, name] };
    }
    const physical = at && look(at);
    if (physical !== undefined) real.push(physical);
  }
  if (windows && (straight ?? written).names.some((name) => SHORT_NAME.test(name)))
    doubt ??= "it has a short name of Windows";
  return { written, real, doubt };
}
