import { sentenceOf } from "../../../../shared/errors.ts";
import type { CallDetail } from "../../../../shared/model/call.ts";
import { exportPiece } from "../../export/export.ts";
import { fixtureOf } from "../../export/fixture.ts";
import { importedRow } from "../../export/import.ts";
import { unknownRows } from "../../export/known-calls.ts";
import { idOfLine, isNewestFirst, type Place } from "../../export/newest-first.ts";
import type { CallLog, CallRow } from "../../ports/storage.ts";
import type { HubState } from "../../state.ts";
import { VERSION } from "../../version.ts";
import type { Handlers } from "../control-endpoint.ts";
import { queryOf } from "./calls.ts";

/** The largest payload that a fixture takes, in bytes. */
const WHOLE_PAYLOAD = 64 * 1024 * 1024;
/** Rows of more bytes may be committed later than what is appended after them. */
const SLOW_ROW = 128 * 1024;

/**
 * The control API's export and import of calls. A line that cannot be imported is a problem in the answer, not an
 * error.
 */
export const exportHandlers = (
  state: HubState,
): Pick<Handlers, "calls.export" | "calls.import" | "calls.fixture"> => ({
  "calls.export": ({ filter, format, before, limit }) =>
    exportPiece(state.storage.calls, { filter: queryOf(state, filter), format, before, limit }, VERSION),
  "calls.import": async ({ text }, caller) => {
    const problems: { line: number; message: string }[] = [];
    const rows: CallRow[] = [];
    const places: Place[] = [];
    // The same line is the same call: it has its number in the log that it came from.
    const seen = new Set<string>();
    let again = 0;
    text.split("\n").forEach((line, index) => {
      if (line.trim() === "") return;
      if (seen.has(line)) {
        again += 1;
        return;
      }
      try {
        const row = state.keepRow(importedRow(line));
        rows.push(row);
        places.push({ id: idOfLine(line), startedAt: row.startedAt });
        seen.add(line);
      } catch (error) {
        problems.push({ line: index + 1, message: sentenceOf(error) });
      }
    });
    // An export begins with the newest call, the history with the oldest.
    const [first, last] = [places[0], places.at(-1)];
    if (first !== undefined && last !== undefined && isNewestFirst(first, last)) rows.reverse();
    const fresh = await unknownRows(rows, state.storage.calls);
    await appendInOrder(fresh, state.storage.calls);
    if (fresh.length > 0) state.audit.record(caller, "calls.import", `${fresh.length} calls`);
    return { imported: fresh.length, known: rows.length - fresh.length + again, problems };
  },
  "calls.fixture": async ({ ids }) => {
    const found = await Promise.all(ids.map((id) => state.storage.calls.get(id, WHOLE_PAYLOAD)));
    const calls = found.filter((call): call is CallDetail => call !== undefined);
    const fixture = fixtureOf(
      calls,
      (server) => state.servers.get(server)?.catalog.parts,
      new Date().toISOString(),
    );
    const missing = ids.filter((id) => !calls.some((call) => call.id === id));
    return {
      ...fixture,
      problems: [...missing.map((id) => `there is no call ${id} in the log`), ...fixture.problems],
    };
  },
});

/** Appends rows so that they are committed in this order. Rejects with what one of them could not be appended for. */
async function appendInOrder(rows: readonly CallRow[], calls: Pick<CallLog, "append">): Promise<void> {
  let under: Promise<void>[] = [];
  for (const row of rows) {
    under.push(
      new Promise((resolve, reject) =>
        calls.append(row, (error) => (error === undefined ? resolve() : reject(error))),
      ),
    );
    if (sizeOf(row) < SLOW_ROW) continue;
    await Promise.all(under);
    under = [];
  }
  await Promise.all(under);
}

const sizeOf = ({ request, result, error }: CallRow): number =>
  (request?.length ?? 0) + (result?.length ?? 0) + (error?.length ?? 0);
