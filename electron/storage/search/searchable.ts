/**
 * The form in which payloads are indexed and compared: lower case, composed, and with JSON's \uXXXX escapes read, since
 * some servers write everything beyond ASCII with them.
 */
export function searchable(text: string): string {
  // A final sigma is lower-cased by its place in the word, which must not decide whether a text is found.
  const folded = unescaped(text).toLowerCase().normalize("NFC");
  return folded.includes("ς") ? folded.replaceAll("ς", "σ") : folded;
}

const escapes = /\\(?:u([0-9a-fA-F]{4})|.)/gs;

function unescaped(text: string): string {
  if (!text.includes("\\u")) return text;
  return text.replace(escapes, (whole, hex: string | undefined) =>
    hex === undefined ? whole : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
