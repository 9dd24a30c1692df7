import type { ServerConfig } from "../../../shared/model/config.ts";

/** Options of the programs that start packages which take a value of their own. */
const VALUE_OPTIONS = new Set([
  ..."-p --package --from --with --python --registry --index-url --directory --project".split(" "),
  ..."-e --env --env-file -v --volume --mount --name --network --net -w --workdir -u --user --entrypoint".split(
    " ",
  ),
  ..."--platform --label -l --add-host --memory --cpus --pull --gpus --restart --pid --cap-add".split(" "),
]);
const STEPS = new Set(["run", "exec", "dlx", "x", "tool", "start", "container", "-m"]);

/** A short name for a server, from what is run or connected to; always valid as a name. */
export function deriveName(config: ServerConfig): string {
  return safeName(config.type === "stdio" ? ofCommand(config.command, config.args) : ofUrl(config.url));
}

/** Makes any text a valid server name. */
export function safeName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|[-.]+$/g, "")
    .slice(0, 63);
  return name === "" ? "server" : name;
}

/** The text, or with the first free number behind it: two names are alike if they differ only in case. */
export function unusedName(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name.toLowerCase())) return name;
  for (let number = 2; ; number += 1) {
    const numbered = `${name.slice(0, 58)}-${number}`;
    if (!used.has(numbered.toLowerCase())) return numbered;
  }
}

/** The last part of a path without a program's ending. */
export const programName = (command: string): string =>
  (command.split(/[/\\]/).at(-1) ?? command).replace(/\.(exe|cmd|bat|ps1)$/i, "").toLowerCase();

function ofCommand(command: string, args: readonly string[]): string {
  const program = programName(command);
  if (
    !/^(npx|bunx?|pnpm|pnpx|yarn|npm|uvx?|pipx|docker|podman|node|deno|python[\d.]*|py|ruby|java|dnx|cmd|env)$/.test(
      program,
    )
  )
    return shorten(program);
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (word === "--from" || word === "--package") return shorten(args[at + 1] ?? program, program);
    if (VALUE_OPTIONS.has(word)) at += 1;
    else if (
      !word.startsWith("-") &&
      !/^\/[ck]$/i.test(word) &&
      !STEPS.has(word) &&
      !/^(npx|uvx|uv)$/.test(word)
    )
      return shorten(word, program);
  }
  return program;
}

/** `@scope/server-everything@1.2` → `everything`; a name that says only "mcp server" takes its scope's. */
function shorten(identifier: string, otherwise = identifier): string {
  const bare = identifier.replace(/^git\+/, "").replace(/(.)[@=:][^/@]*$/, "$1");
  const parts = bare.split(/[/\\]/).filter((part) => part !== "");
  let last = (parts.at(-1) ?? identifier).replace(/\.(m?[jt]s|cjs|py|rb|jar|exe|sh|git)$/i, "");
  if (/^(index|main|cli|server|mcp|mcp-server|server-mcp|app|start|__main__)$/i.test(last)) {
    const above = parts
      .slice(0, -1)
      .filter((part) => !/^(\.+|dist|build|src|bin|lib|out)$/i.test(part))
      .at(-1);
    last = above?.replace(/^@/, "") ?? otherwise;
  }
  const short = last
    .replace(/^(mcp[-_.]server|server[-_.]mcp|mcp|server)[-_.]/i, "")
    .replace(/[-_.](mcp-server|mcp|server)$/i, "");
  return short.replace(/[-_.]mcp$/i, "");
}

function ofUrl(text: string): string {
  const match = /^https?:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\w+))?/i.exec(text);
  const host = match?.[1] ?? "";
  if (host === "localhost" || /^[\d.]+$/.test(host) || host.startsWith("["))
    return `${host === "localhost" ? "local" : host}${match?.[2] === undefined ? "" : `-${match[2]}`}`;
  const labels = host.split(".");
  const meaningful = labels.slice(0, -1).filter((label) => !/^(mcp|www|api|server|app|co|com)$/i.test(label));
  return meaningful.at(-1) ?? labels[0] ?? "remote";
}
