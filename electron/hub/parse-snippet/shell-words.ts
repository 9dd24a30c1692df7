/** A command line taken apart as a POSIX shell would, or why it is more than one plain command. */
export type ShellWords = { readonly words: string[] } | { readonly problem: string };

const OPERATORS: Readonly<Record<string, string>> = {
  "|": "a pipe (|)",
  ";": "several commands (;)",
  "&": "a background or joined command (&)",
  "<": "a redirection (<)",
  ">": "a redirection (>)",
  "(": "a subshell",
  ")": "a subshell",
  "\n": "several lines",
};

/**
 * Splits at spaces; handles single and double quotes, backslashes and continued lines. Variables become `${env:NAME}`.
 * Anything that only a shell can do (pipes, redirections, substitutions, several commands) is a problem.
 * Backslashes stay where they quote nothing, so that Windows paths come through.
 */
export function splitShellWords(line: string): ShellWords {
  const text = line.replace(/\\\r?\n/g, " ").trim();
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else word = (word ?? "") + character;
    } else if (character === "`" || (character === "$" && next === "(")) {
      return { problem: "a command substitution ($(…) or `…`)" };
    } else if (character === "$" && /[A-Za-z_{]/.test(next)) {
      const variable = /^\$(?:\{([^}]*)\}|(\w+))/.exec(text.slice(at));
      if (variable === null) return { problem: "a ${ that is never closed" };
      const name = variable[1] ?? variable[2] ?? "";
      word = (word ?? "") + (/^\w+$/.test(name) && name !== "project" ? `\${env:${name}}` : variable[0]);
      at += variable[0].length - 1;
    } else if (quote === '"') {
      if (character === '"') quote = undefined;
      else if (character === "\\" && /["\\$`]/.test(next)) {
        word = (word ?? "") + next;
        at += 1;
      } else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === "\\" && /[\s"'\\$`|&;<>()*?~#]/.test(next)) {
      word = (word ?? "") + next;
      at += 1;
    } else if (OPERATORS[character] !== undefined) {
      return { problem: OPERATORS[character] };
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== undefined) return { problem: `a quote (${quote}) that is never closed` };
  if (word !== undefined) words.push(word);
  return { words };
}
