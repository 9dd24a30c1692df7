import type { Patience } from "../../core/consent/patience.ts";
import type { CallsToday } from "../calls-today.ts";
import type { Broadcaster } from "../control/broadcaster.ts";
import type { Health } from "../health/health.ts";
import type { CallCounters } from "../metrics/call-counters.ts";
import type { CallPace } from "../metrics/call-pace.ts";
import type { CallRow } from "../ports/storage.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Call } from "./call.ts";
import { notePatience, summaryOf } from "./recorded.ts";

interface Hearers {
  readonly counters: CallCounters;
  readonly pace: CallPace;
  readonly telemetry: Telemetry;
  readonly patience: Patience;
  readonly callsToday: CallsToday;
  readonly health: Health<ManagedServer>;
  readonly broadcaster: Broadcaster;
}

/** Tells all that count calls or show them of one that is on record now. Called for each: nothing here may be slow. */
export function callTold({
  counters,
  pace,
  telemetry,
  patience,
  callsToday,
  health,
  broadcaster,
}: Hearers): (row: CallRow, id: number, call: Call) => void {
  return (row, id, call) => {
    pace.call();
    counters.recorded(row);
    telemetry.recorded(row, call);
    notePatience(patience, row);
    if (row.server !== null) {
      callsToday.add(row.server, row.startedAt);
      if (row.status !== "denied") health.sharing.used(row.server, row.clientId);
    }
    if (broadcaster.heard) broadcaster.call(summaryOf(row, id));
  };
}
