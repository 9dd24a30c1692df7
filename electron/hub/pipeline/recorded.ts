import type { CallSummary } from "../../../shared/model/call.ts";
import type { Patience } from "../../core/consent/patience.ts";
import type { CallRow } from "../ports/storage.ts";

/** From this age on, in microseconds, a call tells how long its client is ready to wait. */
const TELLING_US = 10_000_000;

/** A call that went on for long, or was given up, tells how long its client waits. */
export function notePatience(patience: Patience, row: CallRow): void {
  if (row.durationUs < TELLING_US) return;
  if (row.status === "cancelled") patience.gaveUp(row.clientId ?? "", row.durationUs / 1_000);
  else patience.waited(row.clientId ?? "", row.durationUs / 1_000);
}

/** A row of the log as lists and broadcasts show it. */
export function summaryOf(row: CallRow, id: number): CallSummary {
  return {
    id,
    startedAt: new Date(row.startedAt).toISOString(),
    client: row.client,
    session: row.session,
    server: row.server,
    tool: row.tool,
    method: row.method,
    status: row.status,
    durationUs: row.durationUs,
    times: { queue: row.queueUs, consent: row.consentUs, upstream: row.upstreamUs, hub: row.hubUs },
    requestBytes: row.request?.length ?? row.sizes?.request ?? 0,
    resultBytes: (row.result ?? row.error)?.length ?? row.sizes?.result ?? row.sizes?.error ?? 0,
    profile: row.profile,
    project: row.project,
    rule: row.rule,
  };
}
