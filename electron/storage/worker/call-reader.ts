import type { CallSummary, Payload } from "../../../shared/model/call.ts";
import type { CallLog } from "../../hub/ports/storage.ts";
import { prepareBlocks } from "../blocks.ts";
import { prepareEventReader } from "../call-events.ts";
import { type Around, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import type { Names } from "../names.ts";
import { openCallCounter } from "./call-counter.ts";
import { callQuery, prepareBounds } from "./call-query.ts";
import { createPauses, openCallWalk, type StoredCall, showable, summaryOf } from "./call-walk.ts";
import { type PartRef, preparePayloadReader, readText } from "./payload-reader.ts";

/** Reads the call log in short steps, so that several lists and stores go on side by side. Texts are not sought here. */
export interface CallReader extends Pick<CallLog, "get" | "count"> {
  list: (...args: Parameters<CallLog["list"]>) => Promise<{ calls: CallSummary[]; more: boolean }>;
  /** Makes running lists fail. */
  stop(): void;
}

/** Reads calls on one connection; lists leave out what `around` cannot read. */
export function openCallReader(connection: Connection, names: Names, around: Around): CallReader {
  const payloads = preparePayloadReader(connection);
  const eventsOf = prepareEventReader(connection);
  const blocks = prepareBlocks(connection, around);
  const bounds = prepareBounds(prepareEnds(connection, around), blocks);
  const one = connection.prepare<[number], StoredCall>("SELECT * FROM call WHERE id = ?");
  const pauses = createPauses();
  const walk = openCallWalk(connection, pauses, around);

  const payload = async (
    ref: PartRef | undefined,
    bytes: number | null,
    maxBytes: number,
  ): Promise<Payload | null> =>
    ref === undefined || bytes === null
      ? null
      : {
          text: await readText(payloads, ref, maxBytes),
          bytes: showable(bytes),
          truncated: bytes > maxBytes,
        };

  return {
    async list(filter, limit, before) {
      const calls: CallSummary[] = [];
      const query = callQuery(filter, names);
      if (query === undefined) return { calls, more: false };
      for (const range of blocks.ranges(query.bounds, bounds(filter, before))) {
        for await (const row of walk(query.where, query.values, range)) {
          if (calls.length === limit) return { calls, more: true };
          calls.push(summaryOf(row, names));
        }
      }
      return { calls, more: false };
    },
    count: openCallCounter(connection, blocks, names, pauses, around),
    async get(id, maxBytes) {
      const row = one.get(id);
      if (row === undefined) return undefined;
      const [request, result, error] = payloads.parts(id);
      const within = around(
        () => eventsOf(id),
        () => undefined,
      );
      return {
        ...summaryOf(row, names),
        request: await payload(request, row.request_bytes, maxBytes),
        result: await payload(result, row.result_bytes, maxBytes),
        error: await payload(error, row.error_bytes, maxBytes),
        ...(within === undefined ? {} : { events: [...within.events], moreEvents: within.more }),
      };
    },
    stop: pauses.stop,
  };
}
