import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The revisions whose requirements are frozen in the conformance package. */
export type Revision = "2025-11-25" | "2026-07-28";

/** One check that is not a plain success. */
export interface CheckReport {
  readonly scenario: string;
  readonly id: string;
  readonly error: string;
}

/** What a run has found. Scenarios count, as in the package's own verdict: one failed check fails its scenario. */
export interface ConformanceReport {
  /** How many scenarios the revision requires of a server. */
  readonly scored: number;
  /** How many of these have no failed check. */
  readonly passed: number;
  /** Every failed check of the scored scenarios. */
  readonly failed: readonly CheckReport[];
  /** Every unmet "should" of the scored scenarios. */
  readonly warnings: readonly CheckReport[];
  /** Failed checks of what runs but is not required: extensions, later additions. */
  readonly unscored: readonly CheckReport[];
}

export interface ConformanceOptions {
  /** The MCP endpoint. It must answer without a token: the command line cannot send one. */
  readonly url: string;
  readonly requirements: Revision;
  /** Ends a run that hangs, in milliseconds. */
  readonly deadlineMs?: number;
}

interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly description: string;
  readonly errorMessage?: string;
}

/**
 * Runs every scenario that a revision requires of a server against a URL, with the official command.
 * A required scenario without a report counts as failed. Throws, with the command's output, at the deadline.
 */
export function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  return runSide("server", ["--url", options.url], options);
}

/**
 * The same for a client: `command` is run for each scenario, with the server's URL as one more argument.
 * All run at once, so that each is given long.
 */
export function runClientConformance(
  options: Omit<ConformanceOptions, "url"> & { readonly command: string },
): Promise<ConformanceReport> {
  return runSide("client", ["--command", options.command, "--timeout", "120000"], options);
}

async function runSide(
  side: "server" | "client",
  args: readonly string[],
  { requirements, deadlineMs = 240_000 }: Omit<ConformanceOptions, "url">,
): Promise<ConformanceReport> {
  const command = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/dist/index.js");
  const required = requiredScenarios(dirname(dirname(command)), requirements, side);
  const play = async (...which: readonly string[]): Promise<Played> => {
    const folder = mkdtempSync(join(tmpdir(), "conformance-"));
    try {
      const output = await run([command, side, ...args, ...which, "-o", folder], deadlineMs);
      return { output, reports: readReports(folder, side) };
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  };
  const { output, reports } = await play("--requirements", requirements);
  const outputs = [output];
  const judged = (): ConformanceReport => judge(required, reports, outputs.join("\n"));
  // A client's scenarios are all played at once, and some judge by the clock, or by which of two requests comes first:
  // those that failed are played once more, each alone.
  const failed = side === "client" ? new Set(judged().failed.map((check) => check.scenario)) : [];
  for (const scenario of failed) {
    const alone = await play("--scenario", scenario, "--spec-version", requirements);
    outputs.push(alone.output);
    for (const [name, checks] of alone.reports) reports.set(name, checks);
  }
  return judged();
}

/** What the command has printed, and the checks of each scenario. */
interface Played {
  readonly output: string;
  readonly reports: Map<string, readonly Check[]>;
}

/** The names under `server:` or `client:` in the package's frozen list. */
function requiredScenarios(
  packageFolder: string,
  revision: Revision,
  side: "server" | "client",
): readonly string[] {
  const yaml = readFileSync(join(packageFolder, "requirements", `${revision}.yaml`), "utf8");
  const list = new RegExp(`^${side}:\\n((?: {2}- .+\\n)+)`, "m").exec(yaml)?.[1];
  if (list === undefined)
    throw new Error(`${revision}.yaml of the conformance package lists no ${side} scenarios`);
  return list.split("\n").flatMap((line) => (line === "" ? [] : [line.slice("  - ".length).trim()]));
}

async function run(args: readonly string[], deadlineMs: number): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  await once(child, "close");
  clearTimeout(timer);
  if (late) throw new Error(`the conformance run did not end within ${deadlineMs} ms\n${output}`);
  return output;
}

/** The checks of each scenario that has written a report. */
function readReports(folder: string, side: "server" | "client"): Map<string, readonly Check[]> {
  const reports = new Map<string, readonly Check[]>();
  const read = (name: string): void => {
    const scenario = /^(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
    if (scenario === undefined) {
      // A scenario's name may have a folder of its own: auth/….
      for (const inner of readdirSync(join(folder, name))) read(`${name}/${inner}`);
      return;
    }
    const checks = readIfThere(join(folder, name, "checks.json"));
    const plain = side === "server" ? scenario.replace(/^server-/, "") : scenario;
    if (checks !== undefined) reports.set(plain, JSON.parse(checks) as Check[]);
  };
  for (const name of readdirSync(folder)) read(name);
  return reports;
}

/** A scenario that threw leaves its folder empty. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function judge(
  required: readonly string[],
  reports: ReadonlyMap<string, readonly Check[]>,
  output: string,
): ConformanceReport {
  const pick = (scenario: string, status: Check["status"]): CheckReport[] =>
    (reports.get(scenario) ?? [])
      .filter((check) => check.status === status)
      .map(({ id, description, errorMessage }) => ({ scenario, id, error: errorMessage ?? description }));

  const failures = required.map((scenario) =>
    reports
      .get(scenario)
      ?.some(({ status }) => status === "SUCCESS" || status === "FAILURE" || status === "WARNING")
      ? pick(scenario, "FAILURE")
      : [{ scenario, id: "(no report)", error: excerpt(output, scenario) }],
  );
  return {
    scored: required.length,
    passed: failures.filter(({ length }) => length === 0).length,
    failed: failures.flat(),
    warnings: required.flatMap((scenario) => pick(scenario, "WARNING")),
    unscored: [...reports.keys()]
      .filter((scenario) => !required.includes(scenario))
      .flatMap((scenario) => pick(scenario, "FAILURE")),
  };
}

/** What the command has printed of one scenario, or the end of its output. */
function excerpt(output: string, scenario: string): string {
  const begin = output.indexOf(`=== Running scenario: ${scenario} ===`);
  if (begin < 0) return output.slice(-2000);
  const end = output.indexOf("\n===", begin + 1);
  return output.slice(begin, end < 0 ? undefined : end);
}
