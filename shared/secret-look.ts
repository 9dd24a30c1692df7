/**
 * Which parts of a text look like a credential. A guess, made for offering: what it misses stays where it is, and what
 * it takes wrongly works all the same, so that few false finds count for more than finding all.
 */

/** Where a credential begins and ends in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the issuers of tokens begin them with, each with what has to follow. */
const KNOWN = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${[
    "gh[opsur]_[A-Za-z0-9]{20,}",
    "github_pat_[A-Za-z0-9_]{20,}",
    "glpat-[A-Za-z0-9_.-]{16,}",
    "sk-(?=[A-Za-z0-9_-]*\\d)[A-Za-z0-9_-]{16,}",
    "[sr]k_(?:live|test)_[A-Za-z0-9]{10,}",
    "whsec_[A-Za-z0-9+/=]{16,}",
    "xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "xapp-[A-Za-z0-9-]{10,}",
    "AIza[A-Za-z0-9_-]{30,}",
    "ya29\\.[A-Za-z0-9_-]{20,}",
    "npm_[A-Za-z0-9]{30,}",
    "pypi-[A-Za-z0-9_-]{40,}",
    "hf_[A-Za-z0-9]{20,}",
    "gsk_[A-Za-z0-9]{20,}",
    "pplx-[A-Za-z0-9]{20,}",
    "tvly-[A-Za-z0-9-]{16,}",
    "ntn_[A-Za-z0-9]{20,}",
    "secret_[A-Za-z0-9]{30,}",
    "lin_(?:api|oauth)_[A-Za-z0-9]{20,}",
    "figd_[A-Za-z0-9_-]{20,}",
    "shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{20,}",
    "dop_v1_[a-f0-9]{40,}",
    "dapi[a-f0-9]{32}",
    "sntry[su]_[A-Za-z0-9+/=_-]{20,}",
    "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}",
    "eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*",
  ].join("|")})`,
);
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----\s*/;
const SCHEME = /^\s*(?:Bearer|Basic|Token|ApiKey|DPoP)\s+(?=\S)/i;
/** The password of an address: scheme://user:PASSWORD@host. */
const PASSWORD_IN_URL = /(?<=^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:)[^/?#\s@]+(?=@)/i;

/** The last words of names that hold a credential: API_KEY, accessToken, X-Auth-Token. */
const SECRET_WORD =
  /^(?:(?:api|access|auth|secret|private|client|bearer|refresh)?(?:key|token|secret)|passw(?:or)?d|passphrase|pwd|pass|credentials?|authorization|pat|cookie)$/;
const PUBLIC_WORD = /^(?:public|pub|max|min|num|count|sort|primary|foreign|partition|cache|hot)$/;
/** Names of what is long and random and yet no secret. */
const IDENTIFIER_WORD =
  /^(?:ids?|uuid|guid|hash|sha\d*|md5|digest|checksum|commit|ref|rev|revision|version|etag)$/;

/** A placeholder that documents put where a value belongs. */
export const PLACEHOLDER =
  /^(bearer\s+)?(<.*>|\[.*\]|x{3,}|\*{3,}|\.{3}|…|(your|my|insert|replace|change|enter|add)[-_ ].*|changeme|todo)$/i;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What values under such a name may be without being one: switches, numbers, paths, addresses, lists of words. */
const PLAIN_VALUE =
  /^(?:true|false|yes|no|on|off|none|null|-?[\d.,]{1,7}|(?:~|\.{1,2})?\/.*|[A-Za-z]:[\\/].*|[a-z][a-z0-9+.-]*:\/\/.*|\S*\.(?:pem|key|json|crt|p12|pub|txt))$/i;

/**
 * The part of a value that looks like a credential, or undefined. `name` is what it stands under: a variable, a header,
 * an option.
 */
export function secretSpan(name: string | undefined, value: string): Span | undefined {
  if (value.includes("${")) return undefined;
  const whole = trimmed(value);
  const text = value.slice(whole.start, whole.end);
  if (text === "" || PLACEHOLDER.test(text)) return undefined;
  for (const pattern of [PRIVATE_KEY, KNOWN, PASSWORD_IN_URL]) {
    const found = pattern.exec(value);
    if (found !== null && !PLACEHOLDER.test(found[0]) && !repeated(found[0]))
      return { start: found.index, end: found.index + found[0].length };
  }
  const scheme = SCHEME.exec(value)?.[0].length;
  const words = name === undefined ? [] : wordsOf(name);
  const start = scheme ?? whole.start;
  const candidate = value.slice(start, whole.end);
  const isNamed = names(words) || scheme !== undefined;
  if (isNamed && candidate.length >= 6 && !PLAIN_VALUE.test(candidate) && !/\s/.test(candidate))
    return PLACEHOLDER.test(candidate) || repeated(candidate) ? undefined : { start, end: whole.end };
  if (IDENTIFIER_WORD.test(words.at(-1) ?? "")) return undefined;
  return isRandom(candidate) ? { start, end: whole.end } : undefined;
}

/** Whether what stands under a name is a credential by what the name says. */
function names(words: readonly string[]): boolean {
  const last = words.at(-1) ?? "";
  return SECRET_WORD.test(last) && !words.slice(0, -1).some((word) => PUBLIC_WORD.test(word));
}

/** A name's words in lower case: "X-Api-Key", "accessToken" and "API_KEY" have the same. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

/** Long, of one piece, and without the regularity of words, versions and addresses. */
function isRandom(text: string): boolean {
  if (UUID.test(text) || text.length > 4_096) return false;
  if (/^[0-9a-f]+$/i.test(text))
    // Forty are a commit.
    return (
      text.length >= 32 && text.length !== 40 && /\d/.test(text) && /[a-f]/i.test(text) && entropy(text) > 3
    );
  if (!/^[A-Za-z0-9+_-]+={0,2}$/.test(text)) return false;
  const longest = text.split(/[-_]/).reduce((found, part) => (part.length > found.length ? part : found), "");
  return (
    longest.length >= 20 &&
    /[a-z]/.test(longest) &&
    /[A-Z]/.test(longest) &&
    (longest.match(/\d+/g)?.length ?? 0) >= 2 &&
    entropy(longest) > 3.7
  );
}

/** Shannon's, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Documents write ghp_xxxxxxxxxxxx. */
const repeated = (text: string): boolean => /([x*.0])\1{5,}/i.test(text);

function trimmed(text: string): Span {
  const start = text.length - text.trimStart().length;
  return { start, end: Math.max(start, text.trimEnd().length) };
}
