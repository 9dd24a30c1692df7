/**
 * What looks like an attempt to steer a model by the text of a tool: shown to the person as a warning, never a proof.
 * Every pattern has bounded gaps, so that a text of any kind costs time in proportion to its length.
 */

/** Characters of one text that are looked at. */
const MAX_LOOKED_AT = 200_000;
/** Longest excerpt in a sentence. */
const MAX_EXCERPT = 90;

/** What is looked for in the text once hidden characters are gone and white space is single. */
const ORDERS: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    "tells the model to ignore its instructions",
    /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|preceding|system|existing|your|all)\b.{0,30}\b(?:instructions?|prompts?|rules?|messages?|directions?|guidelines?|polic(?:y|ies))\b/i,
  ],
  [
    "tells the model to keep something from the user",
    /\b(?:do not|don['’]t|never|must not|should not|without|avoid)\b.{0,20}\b(?:tell|inform|mention|notify|show|reveal|disclose|alert|telling|informing|mentioning|notifying|showing|revealing|disclosing|alerting|asking)\b.{0,40}\b(?:user|users|person|human|anyone|anybody)\b/i,
  ],
  [
    "tells the model to do something in secret",
    /\b(?:secretly|covertly|hidden from the user|without the (?:user|person|human)['’]?s? (?:knowledge|noticing|consent|knowing|approval))\b/i,
  ],
  [
    "tells the model to use it before or with every other tool",
    /\b(?:before|prior to|after|whenever)\b.{0,20}\b(?:using|calling|invoking|running|executing|use of|you (?:use|call))\b.{0,12}\b(?:any|all|every|each|another|other)\b.{0,16}\btools?\b/i,
  ],
  [
    "is written as an order from the system",
    /<\/?\s{0,3}(?:important|system|secret|instructions?|hidden|admin|assistant|critical|override|sys|prompt)\b[^<>]{0,60}>|\[(?:system|inst|\/inst)\]|\bnew system prompt\b|\bsystem (?:prompt|message|override)\s?:/i,
  ],
  [
    "tells the model what it is",
    /\byou are now\b|\bfrom now on,? you\b|\bact as (?:if you (?:are|were)|an? unrestricted)\b/i,
  ],
  [
    "names files that hold secrets",
    /~?\/\.(?:ssh|aws|gnupg|kube|netrc|npmrc|docker)\b|\bid_(?:rsa|ed25519|ecdsa)\b|\/etc\/(?:passwd|shadow)\b|\b(?:mcp|claude_desktop_config)\.json\b|\.cursor\/|\bgatehouse\.(?:json|db)\b/i,
  ],
  [
    "tells the model to send something to an address",
    /\b(?:send|sends|forward|upload|bcc|exfiltrate|transmit|copy)\b.{0,60}(?:https?:\/\/|\b[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,})/i,
  ],
];

const SHAPES: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["holds a comment that is not shown where the text is rendered", /<!--/],
  [
    "pushes text out of sight with many spaces or empty lines",
    /[ \t\u00a0\u2000-\u200a\u3000]{60}|(?:\r?\n[ \t]*){25}/,
  ],
];

const BASE64 = /[A-Za-z0-9+/_-]{100,}={0,2}/;
const HEX_BLOB = /\b[0-9a-fA-F]{160,}\b/;
const MIXED_WORD = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]{2,}/gu;

/**
 * What looks suspicious in a text, a sentence fragment each ("tells the model to …: “excerpt”"), with its subject left
 * out; [] when nothing does.
 */
export function suspicionsOf(text: string): string[] {
  const looked = text.length > MAX_LOOKED_AT ? text.slice(0, MAX_LOOKED_AT) : text;
  const found: string[] = [];
  if (text.length > MAX_LOOKED_AT)
    found.push(`is ${text.length} characters long, of which only the first ${MAX_LOOKED_AT} were looked at`);
  const hidden = hiddenIn(looked);
  if (hidden.length > 0) found.push(`holds hidden characters: ${hidden.join(", ")}`);
  const plain = plainOf(looked);
  for (const [what, pattern] of ORDERS) {
    const match = pattern.exec(plain);
    if (match !== null) found.push(`${what}: “${excerpt(plain, match.index, match[0].length)}”`);
  }
  for (const [what, pattern] of SHAPES) if (pattern.test(looked)) found.push(what);
  const blob = BASE64.exec(looked)?.[0] ?? HEX_BLOB.exec(looked)?.[0];
  if (blob !== undefined && (isEncoded(blob) || HEX_BLOB.test(blob)))
    found.push(`holds ${blob.length} characters of encoded data: “${blob.slice(0, 24)}…”`);
  const mixed = mixedWord(looked);
  if (mixed !== undefined) found.push(`mixes the letters of several alphabets in one word: “${mixed}”`);
  return found;
}

/** The same of several texts, each sentence once. */
export function suspicionsOfAll(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(suspicionsOf))];
}

const HIDDEN: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["tag characters", /[\u{e0000}-\u{e007f}]/u],
  ["direction marks", /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u],
  ["zero-width characters", /[\u180e\u200b-\u200d\u2060-\u2064\ufeff]/u],
  ["invisible fillers", /[\u00ad\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\p{Co}]|[\u{e0100}-\u{e01ef}]/u],
  ["control characters", /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u],
];

/** Flags of regions are spelt with tags, and emoji are joined with zero-width joiners: both are legitimate. */
const EMOJI =
  /\u{1f3f4}[\u{e0020}-\u{e007e}]{2,7}\u{e007f}|\p{Extended_Pictographic}[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]{0,2}(?:\u200d\p{Extended_Pictographic}[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]{0,2}){1,8}/gu;

function hiddenIn(text: string): string[] {
  // Plain ASCII, by far the most common, needs only the look at control characters.
  const bare = /[^\n\r\t -~]/.test(text) ? text.replace(EMOJI, "") : "";
  return HIDDEN.filter(([, pattern]) => pattern.test(bare)).map(([name]) => name);
}

/** The text as a model reads it: tags spelt out, nothing invisible in between, one space at a time. */
function plainOf(text: string): string {
  return text
    .replace(/[\u{e0020}-\u{e007e}]/gu, (tag) =>
      String.fromCodePoint((tag.codePointAt(0) ?? 0xe0020) - 0xe0000),
    )
    .replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .normalize("NFKC")
    .replace(/\s+/g, " ");
}

function excerpt(text: string, at: number, length: number): string {
  return length <= MAX_EXCERPT ? text.slice(at, at + length) : `${text.slice(at, at + MAX_EXCERPT)}…`;
}

/** Encoded data has letters of both cases and digits, all over; a long path or identifier has not. */
function isEncoded(blob: string): boolean {
  const digits = blob.replace(/[^0-9]/g, "").length;
  const upper = blob.replace(/[^A-Z]/g, "").length;
  const lower = blob.replace(/[^a-z]/g, "").length;
  return Math.min(upper, lower) > blob.length / 10 && digits > blob.length / 40;
}

function mixedWord(text: string): string | undefined {
  if (!/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text)) return undefined;
  for (const [word] of text.matchAll(MIXED_WORD)) {
    const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];
    // Units and formulas put one Greek letter beside Latin ones (µs, Δx).
    if (scripts.filter((script) => script.test(word)).length > 1 && word.length > 3) return word.slice(0, 40);
  }
  return undefined;
}
