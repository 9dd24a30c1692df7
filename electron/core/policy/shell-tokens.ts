/** What separates words in the shells and languages that commands are written in. */
const BETWEEN = /[\s;|&<>()"'`,=@]+/;

/** `{a,b}`, which a shell makes two words of: a pattern for both. */
const ALTERNATIVES = /\{[^{}\s]*,[^{}\s]*\}/g;

/**
 * The words of a command that may be paths, with known variables filled in: as they stand, and once more without
 * quotes and escapes, which shells drop (`~/.con'fig'`). It follows no shell's grammar: too many words do no harm.
 */
export function shellTokens(
  text: string,
  variables: Readonly<Record<string, string>>,
  windows: boolean,
): ReadonlySet<string> {
  const forms = [text];
  // Quotes and escapes are taken out, so that what they keep apart stays together.
  if (/["'\\^`]/.test(text)) {
    forms.push(text.replace(/["'`^]/g, ""));
    if (!windows) forms.push(text.replace(/\\(.)/gs, "$1").replace(/["'`]/g, ""));
  }
  const tokens = new Set<string>();
  for (const form of forms)
    for (const word of filled(form, variables).replace(ALTERNATIVES, "*").split(BETWEEN)) {
      if (!/[./\\~]/.test(word) || word.length > 4_096) continue;
      tokens.add(word);
      // "PATH=/a:/b", "host:~/x": each part; and options such as -f~/x.
      if (word.includes(":") && !(windows && /^[A-Za-z]:/.test(word)))
        for (const part of word.split(":")) if (/[./\\~]/.test(part)) tokens.add(part);
      const option = /^-{1,2}[A-Za-z]+?(?=[~/])/.exec(word);
      if (option !== null) tokens.add(word.slice(option[0].length));
    }
  return tokens;
}

/** Fills `$NAME`, `${NAME}`, `%NAME%` and `$env:NAME` in, as far as they are known. */
function filled(text: string, variables: Readonly<Record<string, string>>): string {
  if (!/[$%]/.test(text)) return text;
  return text.replace(
    /\$(?:env:)?\{?([A-Za-z_]\w*)\}?|%([A-Za-z_]\w*)%/gi,
    (whole, dollar?: string, percent?: string) => {
      const name = (dollar ?? percent ?? "").toUpperCase();
      return Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
    },
  );
}
