import type { ServerConfig } from "../../../shared/model/config.ts";
import { compileGlob } from "../../core/policy/glob.ts";
import type { CallLimit } from "../../core/supervisor/deadline.ts";

/** How long a call may take, and where gatehouse.json says so. */
export interface SetLimit extends CallLimit {
  /** The setting of the limit, within the server's entry: `timeoutSeconds`, `timeouts["slow_*"]`. */
  readonly setting: string;
}

type Timed = Pick<ServerConfig, "timeoutSeconds" | "timeouts" | "maxSeconds">;

/** What a configuration says of each tool that was asked about. */
const known = new WeakMap<Timed, Map<string, SetLimit | undefined>>();
/** Tools that are kept in mind; a server's own names, so that no client can fill this. */
const MOST_KEPT = 10_000;

/**
 * How long a call of this server may take; undefined where nothing bounds it. `tool` is the server's own name of a called
 * tool: the first glob of `timeouts` that fits holds before `timeoutSeconds`.
 */
export function limitOf(config: Timed, tool: string | undefined): SetLimit | undefined {
  const { timeoutSeconds, timeouts, maxSeconds } = config;
  if (timeoutSeconds === 0 && timeouts === undefined && !maxSeconds) return undefined;
  const byTool = known.get(config) ?? new Map<string, SetLimit | undefined>();
  if (byTool.size === 0) known.set(config, byTool);
  const key = tool ?? "";
  if (byTool.has(key)) return byTool.get(key);
  const limit = read(config, tool);
  if (byTool.size < MOST_KEPT) byTool.set(key, limit);
  return limit;
}

function read({ timeoutSeconds, timeouts = {}, maxSeconds = 0 }: Timed, tool: string | undefined) {
  const own =
    tool === undefined ? undefined : Object.entries(timeouts).find(([glob]) => compileGlob(glob)(tool));
  const [setting, seconds] =
    own === undefined ? ["timeoutSeconds", timeoutSeconds] : [`timeouts[${JSON.stringify(own[0])}]`, own[1]];
  return seconds === 0 && maxSeconds === 0
    ? undefined
    : { limitMs: seconds * 1_000, ceilingMs: maxSeconds * 1_000, setting };
}
