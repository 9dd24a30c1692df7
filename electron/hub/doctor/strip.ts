import type { Redaction } from "../../core/redact/redaction.ts";

/** Credentials in a URL, and values that programs print beside names like these. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const NAMED_SECRETS =
  /\b((?:[A-Z0-9]+_)*(?:TOKEN|SECRET|PASSWORD|API_?KEY|AUTHORIZATION))(\s*[=:]\s*)(?:Bearer\s+)?\S+/gi;

/** A function that takes secrets out of a text, puts it on one line, and writes the person's home folder as "~". */
export function stripper(homedir: string, redaction: Redaction): (text: string) => string {
  return (text) => {
    const redacted = redaction.text(text).replace(URL_CREDENTIALS, "$1…@").replace(NAMED_SECRETS, "$1$2…");
    const line = redacted.trim().replace(/\s*\n\s*/g, "; ");
    return homedir.length > 1 ? line.replaceAll(homedir, "~") : line;
  };
}
