/** The forms in which a secret usually turns up in what programs print and send. */

/** Fewer characters are not looked for: such a value (a "1", a "true") stands in too many places that mean something else. */
export const SHORTEST_REDACTED = 8;
/** Of a value of several lines, each line of so many characters is looked for by itself: output is cut into lines. */
const SHORTEST_LINE = 16;
/** How many times a text may have been put into JSON: a tool's result is often JSON in a string, in JSON. */
const JSON_DEPTH = 3;

const encoder = new TextEncoder();
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Every form of a value to look for, as UTF-8, none twice; none for one that is too short. */
export function disguisesOf(value: string): Uint8Array[] {
  const forms = new Set<string>();
  if (value.length >= SHORTEST_REDACTED) addForms(value, forms);
  const lines = value.split(/[\r\n]+/);
  if (lines.length > 1)
    for (const line of lines)
      if (line.length >= SHORTEST_LINE && !line.startsWith("-----")) addForms(line, forms);
  return [...forms].filter((form) => form.length >= SHORTEST_REDACTED).map((form) => encoder.encode(form));
}

function addForms(value: string, forms: Set<string>): void {
  const bytes = encoder.encode(value);
  const plain = [
    value,
    ...urlForms(value),
    hexOf(bytes),
    hexOf(bytes).toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => {
      const standard = base64Core(bytes, offset);
      return [standard, standard.replaceAll("+", "-").replaceAll("/", "_")];
    }),
  ];
  for (const form of plain) {
    let level = [form];
    for (let depth = 0; depth <= JSON_DEPTH; depth += 1) {
      for (const text of level) forms.add(text);
      level = [...new Set(level.flatMap(jsonForms))];
    }
  }
}

/** A text as it may stand in a JSON string: escaped as little as can be, with slashes escaped too, ASCII alone, safe for HTML. */
function jsonForms(text: string): string[] {
  const least = JSON.stringify(text).slice(1, -1);
  const forms = new Set([least, least.replaceAll("/", "\\/")]);
  for (const upper of [false, true]) {
    const coded = (unit: string): string => unicodeEscape(unit, upper);
    // Each UTF-16 unit by itself, as JSON has it.
    const ascii = least.replace(/[\u007f-\uffff]/g, coded);
    forms.add(ascii);
    forms.add(ascii.replace(/[<>&'+]/g, coded));
    forms.add(least.replace(/[<>&]/g, coded));
    forms.add(least.replace(/[<>&'+]/g, coded).replaceAll('\\"', unicodeEscape('"', upper)));
  }
  return [...forms];
}

function unicodeEscape(unit: string, upper: boolean): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${upper ? hex.toUpperCase() : hex}`;
}

function urlForms(value: string): string[] {
  // A lone surrogate has no UTF-8, and so no such form.
  const whole = value.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );
  const component = encodeURIComponent(whole);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [component, strict, strict.replaceAll("~", "%7E"), encodeURI(whole)];
  const plus = forms.map((form) => form.replaceAll("%20", "+"));
  return [...forms, ...plus].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/**
 * The characters of a base64 text that hang on these bytes alone, when so many others (0, 1 or 2, modulo 3) stand
 * before them and any after them.
 */
function base64Core(bytes: Uint8Array, offset: number): string {
  let text = "";
  let bits = 0;
  let held = offset * 8;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += ALPHABET[(bits >> held) & 0x3f] ?? "";
    }
  }
  // The zeros that stand for those before: whole characters of theirs, and the one they share.
  return text.slice(Math.ceil((offset * 8) / 6));
}
