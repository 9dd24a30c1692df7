import type { CallSummary } from "../../../shared/model/call.ts";
import type { CallLog, CallRow } from "../ports/storage.ts";
import { ownSession } from "./import.ts";

/** Calls that began so far apart are looked for apart, in milliseconds. */
const APART_MS = 60_000;
const PAGE = 1_000;

/**
 * The rows that the log does not have yet, in their order: a call is known again by when it began, whose it was, what it was
 * about, how it ended, and by its times to the microsecond. A call that was imported is its original. Of calls that are
 * alike in all of this, as fast ones of one moment may be, as many are known as the log has.
 */
export async function unknownRows(
  rows: readonly CallRow[],
  calls: Pick<CallLog, "list">,
): Promise<CallRow[]> {
  const known = new Map<string, number>();
  const starts = rows.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
  for (let first = 0; first < starts.length; ) {
    let last = first;
    while ((starts[last + 1] ?? Number.POSITIVE_INFINITY) - (starts[last] ?? 0) <= APART_MS) last++;
    const span = { since: starts[first] ?? 0, until: (starts[last] ?? 0) + 1 };
    for await (const call of listed(calls, span)) {
      const key = keyOfCall(call);
      known.set(key, (known.get(key) ?? 0) + 1);
    }
    first = last + 1;
  }
  return rows.filter((row) => {
    const key = keyOfRow(row);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
}

async function* listed(
  calls: Pick<CallLog, "list">,
  span: { readonly since: number; readonly until: number },
): AsyncGenerator<CallSummary> {
  let before: number | undefined;
  for (;;) {
    const page = await calls.list(span, PAGE, before);
    yield* page.calls;
    before = page.calls.at(-1)?.id;
    if (!page.more || before === undefined) return;
  }
}

const keyOfRow = (row: CallRow): string =>
  keyOf(Math.floor(row.startedAt), row, [
    row.durationUs,
    row.queueUs,
    row.consentUs,
    row.upstreamUs,
    row.hubUs,
  ]);

const keyOfCall = (call: CallSummary): string => {
  const { queue, consent, upstream, hub } = call.times;
  return keyOf(Date.parse(call.startedAt), call, [call.durationUs, queue, consent, upstream, hub]);
};

type Told = Pick<CallRow, "session" | "server" | "tool" | "method" | "status">;

/** Texts count as the log gives them back: without halves of surrogate pairs. */
const keyOf = (
  startedAt: number,
  { session, server, tool, method, status }: Told,
  times: readonly number[],
) =>
  JSON.stringify([
    ...[startedAt, method, status, ...times],
    ...[ownSession(session), server, tool].map((text) => text?.toWellFormed() ?? null),
  ]);
