import type { ServerConfig } from "../../../../shared/model/config.ts";
import { type Check, type Finding, fail, ok, warn } from "../check.ts";
import type { DoctorSystem, Ran } from "../system.ts";

/** Older Nodes cannot run many of today's servers. */
const OLDEST_NODE = 20;
const RUN_MS = 10_000;
/** What a program is installed by. */
const SOURCES: Readonly<Record<string, string>> = {
  node: "Install Node.js 22 or newer from nodejs.org, or with your version manager.",
  npx: "It comes with Node.js: install that from nodejs.org, or with your version manager.",
  uvx: "It comes with uv: see docs.astral.sh/uv.",
  docker: "Install Docker Desktop, or Docker Engine from docs.docker.com.",
};

/** The programs that servers are mostly started with; one that no enabled server needs may be missing. */
export function programChecks(
  system: DoctorSystem,
  servers: Readonly<Record<string, ServerConfig>>,
): Check[] {
  const neededBy = (name: string): string[] =>
    Object.entries(servers)
      .filter(
        ([, config]) => config.enabled && config.type === "stdio" && commandName(config.command) === name,
      )
      .map(([server]) => server);
  const check = (name: string, look: (file: string, path: string) => Promise<Finding>): Check => ({
    id: name,
    group: "programs",
    title: name,
    async run() {
      const { path } = await system.searchPath();
      const file = system.findProgram(name, path);
      return file === undefined ? missing(name, neededBy(name)) : look(file, path);
    },
  });
  const version = async (name: string, file: string, path: string): Promise<string | Finding> => {
    // Windows runs scripts by its shell alone: there it has to do that npx was found.
    if (system.platform === "win32" && !/\.exe$/i.test(file)) return "";
    const ran = await system.run(file, ["--version"], path, RUN_MS);
    return ran.kind === "ended" && ran.code === 0
      ? (ran.stdout.trim().split("\n")[0] ?? "")
      : fail(
          "program_failed",
          `${name} is installed (${file}), but ${whyNot(ran)}`,
          `Run \`${name} --version\` in a terminal and mend what it says, or install it anew.`,
        );
  };
  const runs = (name: string): Check =>
    check(name, async (file, path) => {
      const found = await version(name, file, path);
      return typeof found === "string" ? ok(`${name} ${found} (${file})`.replace("  ", " ")) : found;
    });
  return [
    check("node", async (file, path) => {
      const found = await version("node", file, path);
      if (typeof found !== "string") return found;
      const major = Number(/^v?(\d+)\./.exec(found)?.[1] ?? OLDEST_NODE);
      return major < OLDEST_NODE
        ? warn(
            "node_old",
            `servers are started with Node ${found} (${file}), which many cannot run on`,
            SOURCES.node ?? "",
          )
        : ok(`servers are started with Node ${found} (${file}); Gatehouse runs on its own ${system.node}`);
    }),
    runs("npx"),
    runs("uvx"),
    check("docker", async (file, path) =>
      docker(await system.run(file, DOCKER_ARGS, path, RUN_MS), file, neededBy("docker")),
    ),
  ];
}

const DOCKER_ARGS = ["version", "--format", "{{.Server.Version}}"];

function docker(ran: Ran, file: string, needed: readonly string[]): Finding {
  if (ran.kind === "ended" && ran.code === 0) return ok(`Docker ${ran.stdout.trim()} answers (${file})`);
  const sentence = `docker is installed (${file}), but its daemon does not answer: ${whyNot(ran)}`;
  if (needed.length === 0) return ok(`${sentence}; no enabled server needs it`);
  return fail(
    "docker_not_answering",
    `${sentence}${forWhom(needed)}`,
    "Start Docker Desktop or the docker service, and see with `docker version` that you may use it.",
  );
}

function missing(name: string, needed: readonly string[]): Finding {
  if (needed.length === 0 && name !== "node")
    return ok(`${name} is not installed; no enabled server needs it`);
  const level = needed.length > 0 ? fail : warn;
  return level(
    "program_missing",
    `${name} was not found on the PATH that servers are started with${forWhom(needed)}`,
    SOURCES[name] ?? "Install it.",
  );
}

const forWhom = (servers: readonly string[]): string =>
  servers.length === 0
    ? ""
    : `; needed by ${servers.slice(0, 10).join(", ")}${servers.length > 10 ? "…" : ""}`;

const whyNot = (ran: Ran): string => {
  if (ran.kind === "late") return `it did not answer within ${RUN_MS / 1_000} s`;
  if (ran.kind === "failed") return `it cannot be run (${ran.why})`;
  return (
    (ran.stderr.trim() || ran.stdout.trim() || `it ended with code ${ran.code}`)
      .split("\n")[0]
      ?.slice(0, 300) ?? ""
  );
};

/** "npx" of "/usr/bin/npx" and of "npx.cmd". */
const commandName = (command: string): string =>
  (command.split(/[\\/]/).at(-1) ?? "").replace(/\.(exe|cmd|bat)$/i, "").toLowerCase();
