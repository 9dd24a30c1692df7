import { GatehouseError } from "../../../shared/errors.ts";
import type { CallSummary } from "../../../shared/model/call.ts";
import type { Around } from "../damage.ts";
import type { Connection } from "../database.ts";
import type { Names } from "../names.ts";
import { statusOf } from "../status.ts";

/** A row of `call`, by its columns. */
export interface StoredCall {
  readonly id: number;
  readonly started_at: number;
  readonly client: number | null;
  readonly session: number | null;
  readonly server: number | null;
  readonly tool: number | null;
  readonly method: number;
  readonly profile: number | null;
  readonly project: number | null;
  readonly rule: number | null;
  readonly status: number;
  readonly duration_us: number;
  readonly queue_us: number;
  readonly consent_us: number;
  readonly upstream_us: number;
  readonly hub_us: number;
  readonly request_bytes: number | null;
  readonly result_bytes: number | null;
  readonly error_bytes: number | null;
}

/** The latest time that can be written as a date, in milliseconds. */
const latestTime = 8_640_000_000_000_000;
/** Whatever number somebody wrote into a row: one that can be shown, `most` or its opposite at most. */
export const showable = (value: number, most = Number.MAX_SAFE_INTEGER): number =>
  Math.max(-most, Math.min(most, value));

/** A row as lists show it. */
export const summaryOf = (row: StoredCall, names: Names): CallSummary => ({
  id: row.id,
  startedAt: new Date(showable(row.started_at, latestTime)).toISOString(),
  client: names.textOf(row.client),
  session: names.textOf(row.session),
  server: names.textOf(row.server),
  tool: names.textOf(row.tool),
  method: names.textOf(row.method) ?? "",
  status: statusOf(row.status),
  durationUs: showable(row.duration_us),
  times: {
    queue: showable(row.queue_us),
    consent: showable(row.consent_us),
    upstream: showable(row.upstream_us),
    hub: showable(row.hub_us),
  },
  requestBytes: showable(row.request_bytes ?? 0),
  resultBytes: showable(row.result_bytes ?? row.error_bytes ?? 0),
  profile: names.textOf(row.profile),
  project: names.textOf(row.project),
  rule: names.textOf(row.rule),
});

/** Milliseconds of work before other work gets its turn. */
const slice = 8;

/** Lets other work of the thread have its turn when it is due. */
export interface Pauses {
  /** Waits for others if this one's time is used up; throws once the thread is to end. */
  due(): Promise<void> | undefined;
  stop(): void;
}

/** Pauses that let other work of the thread in, until they are stopped. */
export function createPauses(): Pauses {
  let stopped = false;
  let since = performance.now();
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (stopped) throw new GatehouseError("internal", "the call log is closing");
    since = performance.now();
  };
  return {
    due: () => (performance.now() - since > slice ? pause() : undefined),
    stop() {
      stopped = true;
    },
  };
}

/** Rows fetched at once, and the range of ids that one query may cover. */
const batch = 256;
const narrowest = 2_048;
const widest = 1_048_576;
/** Ids that are looked up one by one where a page is damaged, before it is tried again to read many at once. */
const besideDamage = 64;

/** Walks rows from `to` (without it) down to `from`, newest first, in short steps; rows that are damaged are left out. */
export function openCallWalk(connection: Connection, pauses: Pauses, around: Around) {
  return async function* walk(
    where: string,
    values: readonly (number | string)[],
    { from, to }: { from: number; to: number },
  ): AsyncGenerator<StoredCall> {
    const select = connection.prepare<unknown[], StoredCall>(
      `SELECT * FROM call WHERE id < ? AND id >= ?${where} ORDER BY id DESC LIMIT ${batch}`,
    );
    const one = connection.prepare<unknown[], StoredCall>(`SELECT * FROM call WHERE id = ?${where}`);
    const older = connection
      .prepare<[number], number | null>("SELECT max(id) FROM call WHERE id < ?")
      .pluck();
    const oneByOne = (high: number, low: number): StoredCall[] =>
      Array.from({ length: high - low }, (_, at) => high - 1 - at).flatMap((id) =>
        around(
          () => one.all(id, ...values),
          () => [],
        ),
      );
    let width = narrowest;
    let ceiling = to;
    while (ceiling > from) {
      let bottom = Math.max(from, ceiling - width);
      const started = performance.now();
      const rows = around(
        () => select.all(ceiling, bottom, ...values),
        () => {
          bottom = Math.max(from, ceiling - besideDamage);
          return oneByOne(ceiling, bottom);
        },
      );
      const took = performance.now() - started;
      if (took < slice / 4) width = Math.min(widest, width * 2);
      else if (took > slice) width = Math.max(narrowest, width / 2);
      ceiling = rows.length === batch ? (rows.at(-1)?.id ?? bottom) : bottom;
      // Somebody may have given a call an id far beyond all others: what lies between is not looked through.
      if (rows.length === 0)
        ceiling = around(
          () => Math.min(bottom, (older.get(bottom) ?? -1) + 1),
          () => bottom,
        );
      for (const row of rows) {
        yield row;
        const pause = pauses.due();
        if (pause !== undefined) await pause;
      }
      const pause = pauses.due();
      if (pause !== undefined) await pause;
    }
  };
}
