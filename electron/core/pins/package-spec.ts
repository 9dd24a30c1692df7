/** A package that a runner fetches and runs, as a server's command line names it. */
export type PackageSpec =
  | {
      readonly runner: "npx";
      /** The package's own name, and the version or range asked for; "" for whatever is newest. */
      readonly name: string;
      readonly wanted: string;
      /** Every package as it was written: npx keeps its copies by these. */
      readonly specs: readonly string[];
    }
  | { readonly runner: "uvx"; readonly name: string; readonly wanted: string }
  | { readonly runner: "docker"; readonly command: string; readonly image: string };

const NPX_VALUES = new Set([
  "-c",
  "--call",
  "-w",
  "--workspace",
  "--registry",
  "--cache",
  "--prefix",
  "--userconfig",
  "--loglevel",
]);
const UVX_VALUES = new Set([
  "--with",
  "--with-editable",
  "--with-requirements",
  "-p",
  "--python",
  "-i",
  "--index",
  "--index-url",
  "--default-index",
  "--extra-index-url",
  "-f",
  "--find-links",
  "--cache-dir",
  "--config-file",
  "--directory",
  "--project",
  "--env-file",
  "-c",
  "--constraints",
  "--overrides",
  "--exclude-newer",
  "--resolution",
  "--prerelease",
  "-P",
  "--upgrade-package",
  "--refresh-package",
  "--color",
]);
/** Options of `docker run` that take no value; every other one does. */
const DOCKER_FLAGS =
  /^(?:-[diPqt]+|--(?:detach|disable-content-trust|init|interactive|no-healthcheck|oom-kill-disable|privileged|publish-all|quiet|read-only|rm|sig-proxy|tty|help|replace|tls-verify|no-hosts|env-host))$/;

/** The package that a command line runs; undefined where it is not one of npx, uvx and docker, or names a file or URL. */
export function packageSpecOf(command: string, args: readonly string[]): PackageSpec | undefined {
  if (args.some((argument) => argument.includes("${"))) return undefined;
  const program = (command.split(/[\\/]/).at(-1) ?? "").toLowerCase().replace(/\.(?:exe|cmd|bat|ps1)$/, "");
  switch (program) {
    case "npx":
      return npx(args);
    case "npm":
      return args[0] === "exec" || args[0] === "x" ? npx(args.slice(1)) : undefined;
    case "uvx":
      return uvx(args);
    case "uv":
      return args[0] === "tool" && args[1] === "run" ? uvx(args.slice(2)) : undefined;
    case "docker":
    case "podman":
      return docker(command, args);
    case "cmd":
      return args[0]?.toLowerCase() === "/c" ? packageSpecOf(args[1] ?? "", args.slice(2)) : undefined;
    default:
      return undefined;
  }
}

/** Options up to the first word that is none. `values` says which of them take the word behind them. */
function options(
  args: readonly string[],
  values: (option: string) => boolean,
): { given: [string, string][]; word: string | undefined } {
  const given: [string, string][] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    if (argument === "--") return { given, word: args[at + 1] };
    if (!argument.startsWith("-") || argument === "-") return { given, word: argument };
    const equals = argument.indexOf("=");
    if (equals > 0) given.push([argument.slice(0, equals), argument.slice(equals + 1)]);
    else if (values(argument)) {
      at += 1;
      given.push([argument, args[at] ?? ""]);
    } else given.push([argument, ""]);
  }
  return { given, word: undefined };
}

function npx(args: readonly string[]): PackageSpec | undefined {
  const isPackage = (option: string): boolean => option === "-p" || option === "--package";
  const { given, word } = options(args, (option) => isPackage(option) || NPX_VALUES.has(option));
  const named = given.filter(([option]) => isPackage(option)).map(([, value]) => value);
  const specs = named.length > 0 ? named : word === undefined ? [] : [word];
  // A name of the registry, with a version, range or tag behind it; no path, URL or alias.
  const match = /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:@([^:/]*))?$/i.exec(specs[0] ?? "");
  if (match?.[1] === undefined || /^\.{1,2}$/.test(match[1])) return undefined;
  return { runner: "npx", name: match[1], wanted: match[2] ?? "", specs };
}

function uvx(args: readonly string[]): PackageSpec | undefined {
  const { given, word } = options(args, (option) => option === "--from" || UVX_VALUES.has(option));
  const spec = given.find(([option]) => option === "--from")?.[1] ?? word ?? "";
  const match = /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:(?:@|==)\s*([\w.!+-]+))?$/.exec(spec);
  if (match?.[1] === undefined) return undefined;
  const wanted = match[2] === "latest" ? "" : (match[2] ?? "");
  return { runner: "uvx", name: normalName(match[1]), wanted };
}

function docker(command: string, args: readonly string[]): PackageSpec | undefined {
  const at = args.indexOf("run");
  // Options before it choose another daemon.
  if (at !== 0 && !(at === 1 && args[0] === "container")) return undefined;
  const { word } = options(args.slice(at + 1), (option) => !DOCKER_FLAGS.test(option));
  return word === undefined || word === "" ? undefined : { runner: "docker", command, image: word };
}

/** A Python package's name as it is compared (PEP 503). */
export const normalName = (name: string): string => name.replace(/[-_.]+/g, "-").toLowerCase();
