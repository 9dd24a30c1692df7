import type { DoctorSystem, FileFacts, Ran } from "../system.ts";

/** What a machine of a test has; left out: a healthy Linux with node, npx, uvx and docker. */
export interface FakeMachine extends Partial<Omit<DoctorSystem, "facts" | "readText">> {
  /** Programs on the PATH, by name, and what running them gives. */
  readonly programs?: Readonly<Record<string, Ran>>;
  /** Files and folders by path: facts, or a file's text. */
  readonly files?: Readonly<Record<string, Partial<FileFacts> | string>>;
}

export const ended = (stdout: string, code = 0, stderr = ""): Ran => ({
  kind: "ended",
  code,
  stdout,
  stderr,
});

const HEALTHY: Readonly<Record<string, Ran>> = {
  node: ended("v24.1.0\n"),
  npx: ended("11.1.0\n"),
  uvx: ended("uvx 0.9.1\n"),
  docker: ended("29.0.0\n"),
};

/** A machine that has what the test says. */
export function fakeMachine({ programs = HEALTHY, files = {}, ...rest }: FakeMachine = {}): DoctorSystem {
  const facts = (path: string): FileFacts | undefined => {
    const found = files[path];
    if (found === undefined) return undefined;
    const given = typeof found === "string" ? { bytes: found.length } : found;
    return { mode: 0o600, isFolder: false, bytes: 0, uid: 1, ...given };
  };
  return {
    platform: "linux",
    env: {},
    homedir: "/home/ada",
    name: "linux x64 6",
    node: "24.1.0",
    now: () => Date.parse("2026-11-22T12:00:00.000Z"),
    monotonic: () => 0,
    searchPath: async () => ({
      path: "/usr/bin:/bin",
      source: "the login shell /bin/zsh",
      tookMs: 120,
      problem: null,
    }),
    findProgram: (name) => (programs[name] === undefined ? undefined : `/usr/bin/${name}`),
    run: async (file) => programs[file.replace("/usr/bin/", "")] ?? { kind: "failed", why: "ENOENT" },
    facts: async (path) => facts(path),
    readText: async (path) => {
      const found = files[path];
      return typeof found === "string" ? found : undefined;
    },
    list: async (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    freeBytes: async () => 50 * 1024 ** 3,
    listenProblem: async () => undefined,
    portHolder: async () => undefined,
    ...rest,
  };
}
