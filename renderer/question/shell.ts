/** Shell commands, as far as a person who is asked about one needs it. */

const SHELL_WORDS = new Set(["command", "cmd", "shell", "script", "bash", "commands"]);

/** Whether a string is a command, by its member's name. */
export function looksLikeShell(words: readonly string[], text: string): boolean {
  if (!/\S/.test(text)) return false;
  return words.some((word) => SHELL_WORDS.has(word)) || /^#!\s*\/\S*sh\b/.test(text);
}

/** Arguments as one line, quoted where a shell would need it: so that one that holds spaces is told from several. */
export function commandLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

export interface ShellToken {
  readonly kind: "program" | "operator" | "string" | "danger" | "comment" | "plain";
  readonly text: string;
}

const token =
  /(?<space>[ \t]+|\\\n)|(?<string>'[^']*'?|"(?:[^"\\]|\\[\s\S])*"?)|(?<operator>\|\|?|&&?|;;?|\d?>>?&?\d?|<<?<?|\n|\$\(|`|\)|\()|(?<comment>#[^\n]*)|(?<word>(?:\\[\s\S]|[^\s|&;<>()'"`$\\]|\$(?!\())+)|(?<other>[\s\S])/g;
const DANGER = new Set(
  "sudo su doas rm rmdir dd mkfs shred chmod chown kill pkill killall curl wget nc ncat ssh scp eval exec crontab launchctl systemctl reg powershell".split(
    " ",
  ),
);

/** The text in tokens that joined are the text: what runs, what is dangerous, and what strings one command to the next. */
export function shellTokens(text: string): ShellToken[] {
  const tokens: ShellToken[] = [];
  let atStart = true;
  for (const { 0: piece, groups } of text.matchAll(token)) {
    if (groups?.space !== undefined) tokens.push({ kind: "plain", text: piece });
    else if (groups?.operator !== undefined) {
      tokens.push({ kind: "operator", text: piece });
      atStart = !/^\d?[<>]/.test(piece) && piece !== ")";
    } else if (groups?.comment !== undefined && atStart) tokens.push({ kind: "comment", text: piece });
    else if (groups?.string !== undefined) {
      tokens.push({ kind: "string", text: piece });
      atStart = false;
    } else if (groups?.word !== undefined && atStart) {
      // VAR=value before a program is not the program.
      const assigned = /^\w+=/.test(piece);
      const name = piece.split(/[\\/]/).at(-1) ?? piece;
      tokens.push({ kind: assigned ? "plain" : DANGER.has(name) ? "danger" : "program", text: piece });
      atStart =
        assigned ||
        name === "sudo" ||
        name === "doas" ||
        name === "env" ||
        name === "nohup" ||
        name === "xargs";
    } else {
      tokens.push({ kind: "plain", text: piece });
      if (groups?.word !== undefined) atStart = false;
    }
  }
  return tokens;
}

/** What a person should know before they allow it, each a short sentence. */
export function shellWarnings(text: string): string[] {
  const tokens = shellTokens(text);
  const bare = tokens.filter(({ kind }) => kind !== "comment" && kind !== "string").map((one) => one.text);
  const line = bare.join("");
  const programs = tokens.filter(({ kind }) => kind === "program" || kind === "danger");
  const warnings: string[] = [];
  if (programs.length > 1) warnings.push(`${programs.length} commands in one.`);
  if (/\b(?:sudo|doas|su)\b/.test(line)) warnings.push("It asks for administrator rights.");
  if (/\brm\b[^|;&\n]*\s-\w*[rR]/.test(line)) warnings.push("It deletes folders with all that is in them.");
  if (/\b(?:curl|wget)\b[^;\n]*\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b/.test(line))
    warnings.push("It runs a script from the network.");
  if (/\$\(|`/.test(text)) warnings.push("Parts of it are the output of other commands.");
  return warnings;
}
