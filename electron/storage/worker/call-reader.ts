import { GatehouseError } from "../../../shared/errors.ts";
import type { CallSummary, Payload } from "../../../shared/model/call.ts";
import type { CallLog, CallQueryFilter } from "../../hub/ports/storage.ts";
import { prepareBlocks } from "../blocks.ts";
import type { Connection } from "../database.ts";
import type { Names } from "../names.ts";
import { statusOf } from "../status.ts";
import { callQuery } from "./call-query.ts";
import { type PartRef, preparePayloadReader, readText } from "./payload-reader.ts";
import { textMatch } from "./text-match.ts";

/** A row of `call`, by its columns. */
interface StoredCall {
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

/** Reads the call log in short steps, so that several searches and stores go on side by side. */
export interface CallReader extends Pick<CallLog, "list" | "get"> {
  /** Makes running lists fail. */
  stop(): void;
}

/** Rows fetched at once, and the range of ids that one query may cover. */
const batch = 256;
const narrowest = 2_048;
const widest = 1_048_576;
/** Milliseconds of work before other work gets its turn. */
const slice = 8;

export function openCallReader(connection: Connection, names: Names): CallReader {
  const payloads = preparePayloadReader(connection);
  const blocks = prepareBlocks(connection);
  const first = connection.prepare<[], number | null>("SELECT min(id) FROM call").pluck();
  const last = connection.prepare<[], number | null>("SELECT max(id) FROM call").pluck();
  const one = connection.prepare<[number], StoredCall>("SELECT * FROM call WHERE id = ?");
  let stopped = false;

  const summary = (row: StoredCall): CallSummary => ({
    id: row.id,
    startedAt: new Date(row.started_at).toISOString(),
    client: names.textOf(row.client),
    session: names.textOf(row.session),
    server: names.textOf(row.server),
    tool: names.textOf(row.tool),
    method: names.textOf(row.method) ?? "",
    status: statusOf(row.status),
    durationUs: row.duration_us,
    times: { queue: row.queue_us, consent: row.consent_us, upstream: row.upstream_us, hub: row.hub_us },
    requestBytes: row.request_bytes ?? 0,
    resultBytes: row.result_bytes ?? row.error_bytes ?? 0,
    profile: names.textOf(row.profile),
    project: names.textOf(row.project),
    rule: names.textOf(row.rule),
  });

  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (stopped) throw new GatehouseError("internal", "the call log is closing");
  };

  /** Rows that match the SQL part of a filter, newest first. */
  async function* walk(filter: CallQueryFilter, before: number | undefined): AsyncGenerator<StoredCall> {
    const query = callQuery(filter, names);
    const oldest = first.get();
    const newest = last.get();
    if (query === undefined || typeof oldest !== "number" || typeof newest !== "number") return;
    const select = connection.prepare<unknown[], StoredCall>(
      `SELECT * FROM call WHERE id < ? AND id >= ?${query.where} ORDER BY id DESC LIMIT ${batch}`,
    );
    const ranges = blocks.ranges(query.names, {
      from: Math.max(oldest, filter.since === undefined ? 0 : blocks.floorOf(filter.since)),
      to: Math.min(newest + 1, before ?? Number.POSITIVE_INFINITY),
    });
    let width = narrowest;
    let pausedAt = performance.now();
    for (const { from, to } of ranges) {
      let ceiling = to;
      while (ceiling > from) {
        const bottom = Math.max(from, ceiling - width);
        const started = performance.now();
        const rows = select.all(ceiling, bottom, ...query.values);
        const took = performance.now() - started;
        if (took < slice / 4) width = Math.min(widest, width * 2);
        else if (took > slice) width = Math.max(narrowest, width / 2);
        ceiling = rows.length === batch ? (rows.at(-1)?.id ?? bottom) : bottom;
        for (let i = 0; i <= rows.length; i++) {
          if (performance.now() - pausedAt > slice) {
            await pause();
            pausedAt = performance.now();
          }
          const row = rows[i];
          if (row !== undefined) yield row;
        }
      }
    }
  }

  const payload = async (
    ref: PartRef | undefined,
    bytes: number | null,
    maxBytes: number,
  ): Promise<Payload | null> =>
    ref === undefined || bytes === null
      ? null
      : { text: await readText(payloads, ref, maxBytes), bytes, truncated: bytes > maxBytes };

  return {
    async list(filter, limit, before) {
      const calls: CallSummary[] = [];
      const match =
        filter.search === undefined || filter.search === "" ? undefined : textMatch(filter.search);
      for await (const row of walk(filter, before)) {
        if (match !== undefined) {
          let found = false;
          for (const ref of payloads.parts(row.id)) {
            const answer = match.inPart(payloads, ref);
            found = typeof answer === "boolean" ? answer : await answer;
            if (found) break;
          }
          if (!found) continue;
        }
        if (calls.length === limit) return { calls, more: true };
        calls.push(summary(row));
      }
      return { calls, more: false };
    },
    async get(id, maxBytes) {
      const row = one.get(id);
      if (row === undefined) return undefined;
      const [request, result, error] = payloads.parts(id);
      return {
        ...summary(row),
        request: await payload(request, row.request_bytes, maxBytes),
        result: await payload(result, row.result_bytes, maxBytes),
        error: await payload(error, row.error_bytes, maxBytes),
      };
    },
    stop() {
      stopped = true;
    },
  };
}
