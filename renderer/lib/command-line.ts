/** One piece of a command line for display; `danger` says why it deserves a second look. */
export interface CommandPiece {
  readonly text: string;
  readonly danger: string | null;
}

const PROGRAMS: Readonly<Record<string, string>> = {
  sudo: "runs as administrator",
  doas: "runs as administrator",
  pkexec: "runs as administrator",
  runas: "runs as another user",
  su: "runs as another user",
  rm: "deletes files",
  rmdir: "deletes folders",
  del: "deletes files",
  shred: "destroys files",
  dd: "writes raw disks",
  mkfs: "formats disks",
  format: "formats disks",
  chmod: "changes permissions",
  chown: "changes owners",
  curl: "downloads from the network",
  wget: "downloads from the network",
  "invoke-webrequest": "downloads from the network",
  iwr: "downloads from the network",
  "invoke-expression": "runs text as a program",
  iex: "runs text as a program",
  eval: "runs text as a program",
  nc: "opens network connections",
  ncat: "opens network connections",
  base64: "may hide what is run",
  bash: "runs a shell script",
  sh: "runs a shell script",
  zsh: "runs a shell script",
  cmd: "runs a shell script",
  powershell: "runs a shell script",
  pwsh: "runs a shell script",
};

const FLAGS: Readonly<Record<string, string>> = {
  "--privileged": "gives the container the whole machine",
  "--network=host": "gives the container the machine's network",
  "--no-sandbox": "turns a protection off",
  "--allow-all": "turns all protections off",
  "-encodedcommand": "hides what is run",
};

const word = /[A-Za-z0-9_.=-]+/g;
const pipeToShell = /\|\s*(?:sudo\s+)?(?:ba|z|da|k|fi)?sh\b/;

/** Splits one argument into plain and dangerous pieces; together they are the argument, unchanged. */
export function markDanger(argument: string): CommandPiece[] {
  const pieces: CommandPiece[] = [];
  let from = 0;
  const add = (start: number, end: number, danger: string): void => {
    if (start > from) pieces.push({ text: argument.slice(from, start), danger: null });
    pieces.push({ text: argument.slice(start, end), danger });
    from = end;
  };
  const piped = pipeToShell.exec(argument);
  for (const match of argument.matchAll(word)) {
    if (match.index < from) continue;
    if (piped !== null && match.index >= piped.index && from <= piped.index) {
      add(piped.index, piped.index + piped[0].length, "runs what was downloaded");
      if (match.index < from) continue;
    }
    const lower = match[0].toLowerCase();
    const danger = FLAGS[lower] ?? PROGRAMS[lower.replace(/\.exe$/, "")];
    // A path such as /home/sh/x or a name such as sh-utils is no command: only whole words count.
    const before = argument[match.index - 1];
    const after = argument[match.index + match[0].length];
    const isPathPart = after === "/" || after === "\\" || (before === "@" && danger !== undefined);
    if (danger !== undefined && !isPathPart) add(match.index, match.index + match[0].length, danger);
  }
  if (from < argument.length || pieces.length === 0)
    pieces.push({ text: argument.slice(from), danger: null });
  return pieces;
}

/** Quotes an argument the way a POSIX shell would need it, only if it must be. For reading, never for running. */
export function quoteArgument(argument: string): string {
  if (/^[A-Za-z0-9_@%+=:,./~\\-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

/** What moves the cursor or ends a paste: it must never reach a terminal as itself. */
const CONTROLS = /\p{Cc}/u;

/**
 * One word of a command that is to be run by a POSIX shell, whatever the text holds. Control characters are written as
 * escapes, $'\x0a', which bash, zsh and ksh read.
 */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/.test(text)) return text;
  if (!CONTROLS.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((character) =>
    character === "'" || character === "\\"
      ? `\\${character}`
      : CONTROLS.test(character)
        ? bytesOf(character)
        : character,
  );
  return `$'${escaped.join("")}'`;
}

/** A character by its bytes: old shells know no other escape. */
const bytesOf = (character: string): string =>
  [...new TextEncoder().encode(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
