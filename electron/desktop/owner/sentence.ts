/** A clause as a sentence of its own: begun with a capital letter where it begins with a word, and ended. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  const begun = /^[a-z]+(?=[\s,])/.test(trimmed)
    ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
    : trimmed;
  return /[.!?…:]$/.test(begun) ? begun : `${begun}.`;
}
