/**
 * Makes text from servers and clients safe to look at: bounded, and with nothing in it that hides, reorders or floods.
 * Plain text stays text; everything that a reader would not see as it is becomes a marked glyph.
 */

/** A run of ordinary text, or one glyph that stands for something invisible or excessive. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "glyph"; readonly text: string; readonly title: string };

export interface VisibleText {
  readonly segments: readonly Segment[];
  /** How many UTF-16 units were left out at the end. */
  readonly rest: number;
}

export interface VisibleOptions {
  /** Longest prefix of the input to look at, in UTF-16 units; work is linear in this, never in the input. */
  readonly limit: number;
  /** Keep line breaks and tabs as they are; otherwise they become glyphs. */
  readonly multiline?: boolean;
}

const MAX_EMOJI_RUN = 6;
const MAX_MARKS = 3;
/** Glyphs are elements of the page; of a text with more than these, the others stand in it as ⟨words⟩. */
const MAX_GLYPHS = 200;

// Letters, not control pictures: not every font has those.
const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

const NAMES: Readonly<Record<number, readonly [glyph: string, name: string]>> = {
  173: ["SHY", "soft hyphen"],
  847: ["CGJ", "combining grapheme joiner"],
  1564: ["ALM", "Arabic letter mark: changes reading direction"],
  4447: ["HF", "Hangul filler: invisible"],
  4448: ["HF", "Hangul filler: invisible"],
  6158: ["MVS", "Mongolian vowel separator: invisible"],
  8203: ["ZWSP", "zero-width space"],
  8204: ["ZWNJ", "zero-width non-joiner"],
  8205: ["ZWJ", "zero-width joiner"],
  8206: ["LRM", "left-to-right mark"],
  8207: ["RLM", "right-to-left mark"],
  8232: ["LS", "line separator"],
  8233: ["PS", "paragraph separator"],
  8234: ["LRE", "left-to-right embedding"],
  8235: ["RLE", "right-to-left embedding"],
  8236: ["PDF", "end of direction change"],
  8237: ["LRO", "left-to-right override"],
  8238: ["RLO", "right-to-left override: reverses what follows"],
  8288: ["WJ", "word joiner"],
  8294: ["LRI", "left-to-right isolate"],
  8295: ["RLI", "right-to-left isolate"],
  8296: ["FSI", "first strong isolate"],
  8297: ["PDI", "end of isolate"],
  10240: ["BLANK", "blank braille pattern: invisible"],
  12644: ["HF", "Hangul filler: invisible"],
  65279: ["BOM", "zero-width no-break space"],
  65440: ["HF", "Hangul filler: invisible"],
  65532: ["OBJ", "object replacement character"],
};

const pictographic =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Presentation}|\p{Regional_Indicator}|\p{Emoji_Modifier})$/u;
const combining = /^\p{M}$/u;
const invisibleFormat = /^[\p{Cf}\p{Cn}\p{Co}]$/u;

const isVariationSelector = (code: number): boolean =>
  (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
const isTag = (code: number): boolean => code >= 0xe0000 && code <= 0xe007f;
const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
const hex = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;

/** ANSI escape sequences: CSI, OSC (to BEL or ST) and the two-character ones. Bounded, so that it stays linear. */
const ansi = /\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)?|[@-Z\\-_])/y;

function controlGlyph(code: number): readonly [string, string] | undefined {
  if (code < 0x20) return [CONTROLS[code] ?? hex(code), `control character ${hex(code)}`];
  if (code === 0x7f) return ["DEL", "delete character U+007F"];
  if (code >= 0x80 && code <= 0x9f) return [hex(code), `control character ${hex(code)}`];
  const named = NAMES[code];
  if (named !== undefined) return [named[0], `${named[1]} (${hex(code)})`];
  if (isSurrogate(code)) return [hex(code), "half of a broken character"];
  if (isVariationSelector(code)) return ["VS", `variation selector ${hex(code)}`];
  return undefined;
}

/** Turns text that somebody else wrote into segments that show everything in it. Never throws. */
export function visibleText(input: string, options: VisibleOptions): VisibleText {
  const end = Math.min(input.length, options.limit);
  const segments: Segment[] = [];
  let plain = "";
  let glyphs = 0;
  let last: { text: string; title: string; count: number } | undefined;

  const flushPlain = (): void => {
    if (plain !== "") segments.push({ kind: "text", text: plain });
    plain = "";
  };
  const flushGlyph = (): void => {
    if (last === undefined) return;
    const many = last.count > 1 ? `×${last.count}` : "";
    if (glyphs < MAX_GLYPHS)
      segments.push({ kind: "glyph", text: last.text + many, title: last.title + (many && ` ${many}`) });
    else plain += `⟨${last.text}${many}⟩`;
    glyphs += 1;
    last = undefined;
  };
  const glyph = (text: string, title: string): void => {
    if (last !== undefined && last.text === text) {
      last.count += 1;
      return;
    }
    if (glyphs < MAX_GLYPHS) flushPlain();
    flushGlyph();
    last = { text, title, count: 1 };
  };
  const text = (character: string): void => {
    flushGlyph();
    plain += character;
  };

  let index = 0;
  let emojiRun = 0;
  let emojiHidden = 0;
  let marks = 0;
  let previousPictographic = false;
  const endEmojiRun = (): void => {
    if (emojiHidden > 0) glyph(`+${emojiHidden} emoji`, `${emojiHidden} more emoji in a row are not shown`);
    emojiRun = 0;
    emojiHidden = 0;
  };

  while (index < end) {
    const code = input.codePointAt(index) ?? 0;
    const character = String.fromCodePoint(code);
    const next = index + character.length;

    // Ordinary ASCII and Latin, the common case, without a regular expression.
    if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x2c0 && code !== 0xad)) {
      endEmojiRun();
      previousPictographic = false;
      marks = 0;
      text(character);
      index = next;
      continue;
    }
    if (code === 0x1b) {
      ansi.lastIndex = index;
      const match = ansi.exec(input);
      if (match !== null) {
        endEmojiRun();
        const shown = match[0].slice(1, 24).replace(/[\x00-\x1f\x7f]/g, "");
        glyph(`ESC${shown}`, "terminal escape sequence");
        index += match[0].length;
        continue;
      }
    }
    if (options.multiline === true && (code === 0x0a || code === 0x09)) {
      endEmojiRun();
      text(character);
      index = next;
      continue;
    }
    if (code === 0x0d && options.multiline === true && input[next] === "\n") {
      index = next;
      continue;
    }
    if (isTag(code)) {
      endEmojiRun();
      let hidden = "";
      let at = index;
      while (at < end) {
        const tag = input.codePointAt(at) ?? 0;
        if (!isTag(tag)) break;
        const ascii = tag - 0xe0000;
        hidden += ascii >= 0x20 && ascii < 0x7f ? String.fromCodePoint(ascii) : "·";
        at += 2;
      }
      glyph(`hidden: ${hidden}`, "text hidden in invisible tag characters");
      index = at;
      continue;
    }
    if (pictographic.test(character)) {
      emojiRun += 1;
      previousPictographic = true;
      marks = 0;
      if (emojiRun > MAX_EMOJI_RUN) emojiHidden += 1;
      else text(character);
      index = next;
      continue;
    }
    // The two joiners that a legitimate emoji needs.
    const afterEmoji = emojiRun > 0 && previousPictographic;
    if (afterEmoji && (code === 0xfe0f || code === 0x20e3)) {
      if (emojiHidden === 0) text(character);
      index = next;
      continue;
    }
    if (afterEmoji && code === 0x200d && next < end) {
      const following = String.fromCodePoint(input.codePointAt(next) ?? 0);
      if (pictographic.test(following) || following === "\u2640" || following === "\u2642") {
        if (emojiHidden === 0) text(character);
        index = next;
        continue;
      }
    }
    endEmojiRun();
    previousPictographic = false;

    const control = controlGlyph(code);
    if (control !== undefined) {
      glyph(control[0], control[1]);
    } else if (combining.test(character)) {
      marks += 1;
      if (marks > MAX_MARKS) glyph("+marks", "more accents stacked on one letter are not shown");
      else text(character);
      index = next;
      continue;
    } else if (invisibleFormat.test(character)) {
      glyph(hex(code), "character without an agreed appearance");
    } else {
      text(character);
    }
    marks = 0;
    index = next;
  }
  endEmojiRun();
  flushGlyph();
  flushPlain();
  return { segments, rest: Math.max(0, input.length - Math.max(index, end)) };
}

/** The same as one plain string, for titles, accessible names and other places that cannot show glyphs. */
export function plainVisible(input: string, limit = 120): string {
  const { segments, rest } = visibleText(input, { limit });
  return segments.map((segment) => segment.text).join("") + (rest > 0 ? "…" : "");
}
