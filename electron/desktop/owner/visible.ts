import { visible } from "../../../shared/visible.ts";

export { visible };

/** Such a text in quotes where spaces at the ends, or emptiness, would go unseen. */
export function visibleWord(word: string): string {
  const shown = visible(word);
  return shown === "" || /^\s|\s$|\s{2}|"/.test(shown)
    ? JSON.stringify(shown).replaceAll("\\\\u{", "\\u{")
    : shown;
}
