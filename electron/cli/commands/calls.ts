import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import {
  type CallFilter,
  type CallStatus,
  type CallSummary,
  isPartial,
  reachSentence,
  type Searched,
} from "../../../shared/model/call.ts";
import { callJson, withoutContents } from "../../hub/export/call-json.ts";
import type { Control } from "../control.ts";
import { safeJson } from "../escape.ts";
import type { Paint } from "../io.ts";
import { table } from "../table.ts";
import { duration, parseSince, relativeTime } from "../times.ts";
import type { Context } from "./context.ts";

export interface CallFilterOptions {
  readonly server?: string;
  readonly tool?: string;
  readonly client?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly team?: string;
  readonly status?: CallStatus;
  readonly since?: string;
  readonly search?: string;
  readonly error?: string;
  /** Microseconds. */
  readonly minDuration?: number;
  readonly maxDuration?: number;
}

export interface CallsOptions extends CallFilterOptions {
  readonly json?: true;
  readonly limit: number;
}

/** Rows asked for at once, whole payloads fetched at once, and the largest payload, in bytes. */
const PAGE = 200;
const AT_ONCE = 8;
const WHOLE_PAYLOAD = 64 * 1024 * 1024;

/** `calls`: the history, newest first. */
export async function calls(context: Context, options: CallsOptions): Promise<void> {
  const filter = filterOf(options, context.io.now());
  await context.hub("either", async (hub) => {
    const pages = listPages(hub, filter, options.limit, (searched) =>
      context.io.err(`${reachSentence(searched)}\n`),
    );
    if (options.json) await printJson(context, hub, pages);
    else await printTable(context, pages);
  });
}

/** The command's options as a filter. Throws `bad_usage` for a time that is none. */
export function filterOf(options: CallFilterOptions, now: number): CallFilter {
  const { server, tool, client, project, environment, team, status, search, error } = options;
  const { minDuration: minDurationUs, maxDuration: maxDurationUs } = options;
  const wanted = { server, tool, client, project, environment, team, status, search, error };
  const filter: CallFilter = Object.fromEntries(
    Object.entries({ ...wanted, minDurationUs, maxDurationUs }).filter(([, value]) => value !== undefined),
  );
  if (options.since !== undefined) filter.since = parseSince(options.since, now);
  return filter;
}

async function* listPages(
  hub: Control,
  filter: CallFilter,
  limit: number,
  behind: (searched: Searched) => void,
): AsyncGenerator<CallSummary[]> {
  let left = limit;
  let before: number | undefined;
  while (left > 0) {
    const page = await hub.call("calls.list", {
      filter,
      limit: Math.min(left, PAGE),
      ...(before === undefined ? {} : { before }),
    });
    if (page.searched !== undefined && isPartial(page.searched)) behind(page.searched);
    yield page.calls;
    left -= page.calls.length;
    before = page.calls.at(-1)?.id;
    if (!page.more || before === undefined) return;
  }
}

/** Written call by call: the payloads of a long history would not fit in memory. */
async function printJson(context: Context, hub: Control, pages: AsyncIterable<CallSummary[]>): Promise<void> {
  const { out } = context.io;
  let separator = "";
  out('{"calls":[');
  for await (const page of pages) {
    for (let at = 0; at < page.length; at += AT_ONCE) {
      const details = await Promise.all(
        page.slice(at, at + AT_ONCE).map((summary) =>
          hub.call("calls.get", { id: summary.id, maxBytes: WHOLE_PAYLOAD }).catch((error: unknown) => {
            // Retention has removed it since it was listed.
            if (error instanceof GatehouseError && error.code === "not_found") return undefined;
            const left = withoutContents(summary, error);
            context.io.err(`the contents of call ${summary.id} cannot be read: ${sentenceOf(error)}\n`);
            return left;
          }),
        ),
      );
      for (const detail of details) {
        if (detail === undefined) continue;
        out(`${separator}\n${safeJson(callJson(detail))}`);
        separator = ",";
      }
    }
  }
  out("\n]}\n");
}

async function printTable(context: Context, pages: AsyncIterable<CallSummary[]>): Promise<void> {
  const { paint, io } = context;
  const now = io.now();
  const colours: Partial<Record<CallStatus, Paint>> = {
    ok: paint.green,
    cancelled: paint.dim,
    denied: paint.yellow,
  };
  const rows: CallSummary[] = [];
  for await (const page of pages) rows.push(...page);
  if (rows.length === 0) io.out("No calls.\n");
  io.out(
    table(
      ["ID", "WHEN", "CLIENT", "SERVER", "WHAT", "STATUS", "TOOK"],
      rows.map((call) => [
        { text: String(call.id), right: true },
        relativeTime(call.startedAt, now),
        call.client ?? "-",
        call.server ?? "-",
        call.tool ?? call.method,
        { text: call.status, paint: colours[call.status] ?? paint.red },
        { text: duration(call.durationUs), right: true },
      ]),
    ),
  );
}
