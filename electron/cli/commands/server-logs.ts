import { GatehouseError } from "../../../shared/errors.ts";
import { type LogFilter, type LogLevel, type LogLine, logMatcher } from "../../../shared/model/server.ts";
import type { Control } from "../control.ts";
import { safeJson, visible } from "../escape.ts";
import type { Context } from "./context.ts";

export interface ServerLogsOptions {
  readonly json?: true;
  readonly follow?: true;
  readonly lines: number;
  readonly search?: string;
  readonly level?: LogLevel;
}

/** Lines asked for at once. */
const PAGE = 2_000;

/** `server logs NAME`: the last lines, and with `--follow` those that come, until the hub ends. */
export async function serverLogs(context: Context, name: string, options: ServerLogsOptions): Promise<void> {
  const filter: LogFilter = {
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.level === undefined ? {} : { level: options.level }),
  };
  const print = (lines: readonly LogLine[]): void => {
    for (const line of lines)
      context.io.out(options.json ? `${safeJson(JSON.stringify(line))}\n` : text(context, line));
  };
  if (options.follow) return context.hub("running", (hub) => follow(hub, name, options.lines, filter, print));
  const lines = await context.hub("either", (hub) => lastLines(hub, name, options.lines, filter));
  if (options.json) context.json({ lines });
  else if (lines.length > 0) print(lines);
  else context.io.out(`Nothing in the log of ${visible(name)} fits.\n`);
}

/** The newest lines that fit, oldest first, however far back they are. */
async function lastLines(hub: Control, name: string, wanted: number, filter: LogFilter): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let before: string | null | undefined; before !== null && lines.length < wanted; ) {
    const limit = Math.min(PAGE, wanted - lines.length);
    const page = await hub.call("servers.log", {
      name,
      limit,
      ...filter,
      ...(before === undefined ? {} : { before }),
    });
    lines.unshift(...page.lines);
    before = page.before;
  }
  return lines;
}

async function follow(
  hub: Control,
  name: string,
  wanted: number,
  filter: LogFilter,
  print: (lines: readonly LogLine[]) => void,
): Promise<void> {
  const { broadcasts } = hub;
  if (broadcasts === undefined) throw new GatehouseError("hub_not_running", "no hub is running to follow");
  const matches = logMatcher(filter);
  let early: LogLine[] | undefined = [];
  const stop = broadcasts.on("serverLogged", (event) => {
    if (event.name !== name) return;
    const lines = event.lines.filter(matches);
    if (early === undefined) print(lines);
    else early.push(...lines);
  });
  try {
    const lines = await lastLines(hub, name, wanted, filter);
    print(lines);
    // What came while the log was read may stand in it already.
    const read = new Set(lines.map((line) => JSON.stringify(line)));
    print(early.filter((line) => !read.has(JSON.stringify(line))));
    early = undefined;
    await broadcasts.ended;
  } finally {
    stop();
  }
}

function text({ paint }: Context, { at, stream, level, logger, text: written }: LogLine): string {
  const isBad = level === "error" || level === "critical" || level === "alert" || level === "emergency";
  const levelPaint = isBad ? paint.red : level === "warning" ? paint.yellow : paint.dim;
  const from = [level ?? stream, ...(logger === undefined ? [] : [visible(logger)])].join(" ");
  return `${paint.dim(new Date(at).toISOString())} ${levelPaint(from)} ${visible(written)}\n`;
}
