/**
 * The environment that servers' programs are found in. An app started from a dock, a menu or another app has not the
 * PATH that the person has in a terminal, so `npx` under nvm or Homebrew would be missing: the login shell is asked
 * once. Of what it says only the PATH and a short list of harmless variables are taken (`fromLogin`), never secrets.
 *
 * It is not asked on Windows (the registry's PATH is everybody's), and at first not when the hub was evidently started
 * from a shell or by CI (TERM with SHLVL, or CI) with more than the system's folders in its PATH: that is then the better
 * one, as it also has what the person set by hand. `refresh`, for a program that was not found in it, asks all the same.
 * Where the shell cannot tell, the folders of the usual installers are searched besides the hub's own PATH.
 *
 * Folders that npm put in front for its script (`npm start`, `npm run gatehouse`) are moved to the end: they are
 * Gatehouse's own tools, and must not hide the person's `node` or `npx`, yet are better than nothing.
 */
import { sentenceOf } from "../../../shared/errors.ts";
import type { Clock, Log } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { fromLogin, variable } from "./child-environment.ts";
import { askShell, candidateShells, type RunShell, runLoginShell, ShellTimeout } from "./login-shell.ts";
import { wellKnownFolders } from "./well-known-folders.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What servers' programs are found in, and where that comes from. */
export interface LoginEnvironment {
  /** The PATH, joined with the platform's separator. */
  readonly path: string;
  /** Variables of the login shell that servers get besides the hub's own: language, proxies, homes of tools. */
  readonly variables: Readonly<Record<string, string>>;
  /** Who said it: the login shell, the hub's own environment, or that and the folders of the usual installers. */
  readonly source: "login-shell" | "own" | "well-known";
  /** The shell that has answered. */
  readonly shell: string | null;
  /** Why the login shell's answer is missing, in a sentence; null when it was not asked, or has answered. */
  readonly problem: string | null;
  /** How long finding out took, in milliseconds. */
  readonly tookMs: number;
  /** When it was found out, in milliseconds since the epoch. */
  readonly at: number;
}

/** The environment for servers, found out at the first call and kept. */
export interface LoginEnvironments {
  get(): Promise<LoginEnvironment>;
  /** Finds it out anew; calls that come meanwhile share the answer. */
  refresh(): Promise<LoginEnvironment>;
}

export interface LoginOptions {
  readonly platform?: NodeJS.Platform;
  readonly env?: Environment;
  readonly shells?: readonly string[];
  readonly run?: RunShell;
  readonly wellKnown?: () => readonly string[];
  readonly clock?: Clock;
  readonly log?: Log;
}

/**
 * Nothing is run before the first question. Neither method rejects: what could not be found out is the answer's
 * `problem`.
 */
export function createLoginEnvironments(options: LoginOptions = {}): LoginEnvironments {
  let answer: Promise<LoginEnvironment> | undefined;
  let asking = false;
  const ask = (trustOwn: boolean): Promise<LoginEnvironment> => {
    if (answer !== undefined && asking) return answer;
    asking = true;
    answer = findOut(options, trustOwn).finally(() => {
      asking = false;
    });
    return answer;
  };
  return { get: () => answer ?? ask(true), refresh: () => ask(false) };
}

async function findOut(options: LoginOptions, trustOwn: boolean): Promise<LoginEnvironment> {
  const { platform = process.platform, env = process.env, clock = systemClock, log } = options;
  const { wellKnown = () => wellKnownFolders(env, platform) } = options;
  const begun = clock.now();
  const found = (
    what: Pick<LoginEnvironment, "path" | "source"> & Partial<LoginEnvironment>,
  ): LoginEnvironment => ({
    variables: {},
    shell: null,
    problem: null,
    tookMs: clock.now() - begun,
    at: clock.now(),
    ...what,
  });
  const separator = platform === "win32" ? ";" : ":";
  const own = demoteNpmFolders(variable(env, "PATH", platform) ?? "", env, platform);
  const withWellKnown = (): string => mergePaths(separator, own, wellKnown().join(separator));
  // What an installer has added since the person logged in is in the registry's PATH, but not in this process's.
  if (platform === "win32") return found({ path: withWellKnown(), source: "well-known" });
  const ownFirst = startedFromShell(env) && !isBare(own);
  if (ownFirst && trustOwn) return found({ path: own, source: "own" });
  const problems: string[] = [];
  for (const shell of options.shells ?? candidateShells(env)) {
    try {
      const said = await askShell(
        shell,
        env,
        options.run ?? ((file, script) => runLoginShell(file, script, { env })),
      );
      if (said?.PATH !== undefined) {
        const path = ownFirst ? mergePaths(separator, own, said.PATH) : mergePaths(separator, said.PATH, own);
        return found({ path, variables: fromLogin(said), source: "login-shell", shell });
      }
      problems.push(`The login shell ${shell} did not tell its PATH.`);
    } catch (error) {
      problems.push(`The login shell ${shell} could not be asked for its PATH: ${sentenceOf(error)}.`);
      // Another shell would most likely wait for the same.
      if (error instanceof ShellTimeout) break;
    }
  }
  const problem = problems.join(" ");
  log?.("warn", `${problem} Programs are looked for in the hub's own PATH and the usual folders.`);
  return found({ path: withWellKnown(), source: "well-known", problem });
}

/** Whether the process inherited a shell's environment. */
const startedFromShell = (env: Environment): boolean =>
  Boolean(env.PATH) && (Boolean(env.CI) || (Boolean(env.TERM) && env.TERM !== "dumb" && Boolean(env.SHLVL)));

const SYSTEM_FOLDER = /^(\/usr(\/local)?)?\/(s?bin|games)$|^\/snap\/bin$/;

/** Whether a PATH has nothing but the system's own folders (and npm's): as a dock or a service manager hands it out. */
const isBare = (path: string): boolean =>
  path.split(":").every((entry) => entry === "" || SYSTEM_FOLDER.test(entry) || isNpms(entry));

/** Whether npm has put a folder into the PATH for its script. */
const isNpms = (entry: string): boolean => /[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(entry);

const mergePaths = (separator: string, ...paths: readonly string[]): string =>
  [...new Set(paths.flatMap((path) => path.split(separator)))]
    .filter((entry) => entry !== "")
    .join(separator);

function demoteNpmFolders(path: string, env: Environment, platform: NodeJS.Platform): string {
  if (variable(env, "npm_lifecycle_event", platform) === undefined) return path;
  const separator = platform === "win32" ? ";" : ":";
  const entries = path.split(separator);
  let count = 0;
  while (isNpms(entries[count] ?? "")) count += 1;
  return [...entries.slice(count), ...entries.slice(0, count)].join(separator);
}
