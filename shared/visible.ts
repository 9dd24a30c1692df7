/**
 * Text from elsewhere, made fit to be judged: whatever is invisible, reorders other text or breaks the line stands
 * there as its code point, so that two texts that differ never look the same for that reason.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
