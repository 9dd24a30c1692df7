/** An absolute path taken apart. `names` may hold ".." until it is collapsed, and never "." or "". */
export interface Place {
  /** "/", or on Windows "C:\" or "\\host\share\". */
  readonly root: string;
  readonly names: readonly string[];
}

const DRIVE = /^([A-Za-z]):[\\/]/;
const UNC = /^[\\/]{2}([^\\/?.][^\\/]*)[\\/]+([^\\/]+)/;

/** Takes an absolute path apart; undefined for any other text. */
export function parsePlace(text: string, windows: boolean): Place | undefined {
  if (!windows) return text.startsWith("/") ? { root: "/", names: namesOf(text, false) } : undefined;
  const drive = DRIVE.exec(text);
  if (drive !== null) return { root: `${drive[1]?.toUpperCase()}:\\`, names: namesOf(text.slice(3), true) };
  const unc = UNC.exec(text);
  if (unc === null) return undefined;
  return {
    root: `\\\\${unc[1]?.toLowerCase()}\\${unc[2]?.toLowerCase()}\\`,
    names: namesOf(text.slice(unc[0].length), true),
  };
}

/** The names of a path between its separators, without "." and empty ones. */
export const namesOf = (text: string, windows: boolean): string[] =>
  text.split(windows ? /[\\/]/ : "/").filter((name) => name !== "" && name !== ".");

/** The path of a place, as the platform writes it. */
export const placeText = ({ root, names }: Place): string => root + names.join(root === "/" ? "/" : "\\");

/** Takes ".." out by the text alone, as most programs do before they open anything. */
export function collapse({ root, names }: Place): Place {
  if (!names.includes("..")) return { root, names };
  const kept: string[] = [];
  for (const name of names) {
    if (name === "..") kept.pop();
    else kept.push(name);
  }
  return { root, names: kept };
}

/** How names are compared. */
export interface NameRules {
  /** For a deny, everything counts as equal that some system takes for equal; for an allow only what surely is. */
  readonly lenient: boolean;
  readonly platform: string;
  readonly caseInsensitive: boolean | undefined;
}

/** Characters without a width that some file systems ignore in names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

const ASCII = /^[\x20-\x7e]*$/;

/** A name as lenient comparing sees it. */
function loosened(name: string, { platform }: NameRules): string {
  const shown = name.replace(IGNORED, "").normalize("NFC");
  return platform === "win32" ? (shown.split(":")[0] ?? "").replace(/[. ]+$/, "") : shown;
}

/** Whether two names of one folder are the same entry. */
export function sameName(one: string, other: string, rules: NameRules): boolean {
  if (one === other) return true;
  const { lenient, platform, caseInsensitive } = rules;
  if (lenient) {
    if (platform !== "win32" && ASCII.test(one) && ASCII.test(other))
      return (
        caseInsensitive !== false && one.length === other.length && one.toLowerCase() === other.toLowerCase()
      );
    const [a, b] = [loosened(one, rules), loosened(other, rules)];
    if (a === b) return true;
    return (
      caseInsensitive !== false &&
      (a.toLowerCase() === b.toLowerCase() || a.toUpperCase() === b.toUpperCase())
    );
  }
  // macOS takes the composed and the decomposed form for one; other systems keep them apart.
  const [a, b] = platform === "darwin" ? [one.normalize("NFC"), other.normalize("NFC")] : [one, other];
  if (a === b) return true;
  // Both ways: "K" (Kelvin) is no "k" on every system, nor "ı" an "I".
  return (
    caseInsensitive === true && a.toLowerCase() === b.toLowerCase() && a.toUpperCase() === b.toUpperCase()
  );
}

/** Whether a place is the folder or in it. Both are collapsed. */
export function isWithin(place: Place, folder: Place, rules: NameRules): boolean {
  if (place.root !== folder.root || place.names.length < folder.names.length) return false;
  return folder.names.every((name, index) => sameName(place.names[index] ?? "", name, rules));
}
