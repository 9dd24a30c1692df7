/**
 * Containers that servers run in. Ending `docker run` does not always end its container: killed, or cut off from its
 * engine, it leaves it running. Each carries the labels of its hub and of its start, and is stopped by them.
 */
import { execFile } from "node:child_process";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Log } from "../clock.ts";

/** How the engine that runs a container is asked: nothing of it is secret. */
export interface ContainerEngine {
  /** The program, as it was started: docker, podman or nerdctl with its path. */
  readonly file: string;
  /** Its global options (--context, --host and the like). */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs an engine's program with more arguments and resolves with its stdout. Rejects when it fails or takes too long. */
export type AskEngine = (engine: ContainerEngine, args: readonly string[]) => Promise<string>;

/** How long the engine may take for one request, in milliseconds. */
const LIMIT_MS = 5_000;
/** Seconds from the container's SIGTERM to its SIGKILL; its closed stdin and its client's SIGTERM came before. */
const STOP_SECONDS = "1";

const instanceLabel = (instance: string): string => `io.gatehouse.instance=${instance}`;
const markLabel = (mark: string): string => `io.gatehouse.mark=${mark}`;

/** What a server's container is labelled with: the hub's instance, and the mark (instance, server and number of start). */
export const labelsOf = (mark: string): string[] => [
  instanceLabel(mark.slice(0, mark.indexOf(":"))),
  markLabel(mark),
];

const askEngine: AskEngine = (engine, args) =>
  new Promise((resolve, reject) => {
    const options = { env: engine.env, timeout: LIMIT_MS, killSignal: "SIGKILL" as const, windowsHide: true };
    execFile(engine.file, [...engine.args, ...args], options, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });

/**
 * Stops the containers of one start (`mark`) or of a whole hub (`instance`), and removes by force those that will not
 * stop. What has ended by itself is left as the person's own options (`--rm`) have it. Takes four requests to the
 * engine at most; never rejects. Resolves with how many were running.
 */
export async function endContainers(
  engine: ContainerEngine,
  whose: { readonly mark: string } | { readonly instance: string },
  { ask = askEngine, log }: { ask?: AskEngine; log?: Log } = {},
): Promise<number> {
  const label = "mark" in whose ? markLabel(whose.mark) : instanceLabel(whose.instance);
  const living = async (): Promise<string[]> => {
    const list = [
      "ps",
      "--all",
      "--no-trunc",
      "--filter",
      `label=${label}`,
      "--format",
      "{{.ID}} {{.Status}}",
    ];
    return (await ask(engine, list))
      .split("\n")
      .map((line) => /^([0-9a-f]{12,64}) (?!exited|dead|removal)/i.exec(line.trim())?.[1])
      .filter((id) => id !== undefined);
  };
  try {
    const found = await living();
    if (found.length === 0) return 0;
    await ask(engine, ["stop", "-t", STOP_SECONDS, ...found]).catch(() => undefined);
    const left = await living();
    if (left.length > 0) await ask(engine, ["rm", "-f", ...left]);
    return found.length;
  } catch (error) {
    log?.("error", `Containers with the label ${label} may still run: ${sentenceOf(error)}`);
    return 0;
  }
}

/** Stops every container of a hub, whatever engines its servers have used. Never rejects. */
export async function endAllContainers(
  children: Iterable<{ readonly engine?: ContainerEngine | undefined }>,
  instance: string,
  options: { ask?: AskEngine; log?: Log } = {},
): Promise<number> {
  const engines = new Map<string, ContainerEngine>();
  for (const { engine } of children) if (engine !== undefined) engines.set(JSON.stringify(engine), engine);
  const counts = await Promise.all(
    [...engines.values()].map((engine) => endContainers(engine, { instance }, options)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
