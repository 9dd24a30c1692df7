/**
 * Text from elsewhere, made fit to be judged in a native dialog: whatever is invisible, reorders other text or breaks
 * the line stands there as its code point, so that two texts that differ never look the same for that reason.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The same in quotes where spaces at the ends, or emptiness, would go unseen. */
export function visibleWord(word: string): string {
  const shown = visible(word);
  return shown === "" || /^\s|\s$|\s{2}|"/.test(shown)
    ? JSON.stringify(shown).replaceAll("\\\\u{", "\\u{")
    : shown;
}
