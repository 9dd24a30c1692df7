import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A running hub as a client meets it, and a home of the client's own. */
export interface Setting {
  /** The folder with the clients' commands. */
  readonly bin: string;
  /** HOME for the client: an empty temporary folder. */
  readonly home: string;
  readonly url: string;
  readonly token: string;
  /** Added to the client's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run it on a terminal of its own (Linux: util-linux's `script`). */
  readonly terminal?: boolean;
}

/** One thing that a client was asked to do, and whether it did. */
export interface Proof {
  readonly what: string;
  readonly ok: boolean;
  /** The line that shows it, or all that the client said when it failed. */
  readonly shown: string;
}

/** Longest run of one command, in milliseconds. */
const LIMIT = 90_000;

/** Runs a client's command to its end; gives its code and all it has written, without terminal colours. */
export async function runClient(
  { bin, home, env = {}, terminal = false }: Setting,
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; text: string }> {
  const program = join(bin, command);
  const [file, given] = terminal
    ? ["script", ["-qec", [program, ...args].map((word) => `'${word}'`).join(" "), "/dev/null"]]
    : [program, args];
  const child = spawn(file, given, {
    cwd: home,
    env: { ...environment(home), ...env },
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    text += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(limit);
  return { code, stdout, text: text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "") };
}

/** Nothing of the person's own: no configuration, no credentials, no proxies; and as little traffic as can be had. */
export function environment(home: string): NodeJS.ProcessEnv {
  const { PATH, LANG, SystemRoot, ComSpec, PATHEXT } = process.env;
  return {
    ...(SystemRoot === undefined ? {} : { SystemRoot, ComSpec, PATHEXT }),
    PATH,
    LANG,
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, "AppData"),
    LOCALAPPDATA: join(home, "AppData", "Local"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    NO_COLOR: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
  };
}

/** The line that matches, as the proof; or everything, as the failure. */
export function proofOf(what: string, text: string, line: RegExp): Proof {
  const found = text.split("\n").find((each) => line.test(each));
  return { what, ok: found !== undefined, shown: (found ?? text).trim() };
}
