import type { CallDetail, CallSummary } from "../../../shared/model/call.ts";
import type { ExportFormat, ExportPiece } from "../../../shared/model/export.ts";
import type { CallLog, CallQueryFilter } from "../ports/storage.ts";
import { callJson, withoutContents } from "./call-json.ts";
import { csvHead, csvLine } from "./csv.ts";
import { harEntry, harHead, harTail } from "./har.ts";

/** Calls looked at for one piece, and the size at which a piece is given out, in characters. */
const PAGE = 200;
const PIECE = 4 * 1024 * 1024;
/** The largest payload that leaves whole, in bytes: as large as the largest message. */
const WHOLE_PAYLOAD = 64 * 1024 * 1024;

export interface ExportQuery {
  readonly filter: CallQueryFilter;
  readonly format: ExportFormat;
  /** `next` of the piece before; undefined: begin. */
  readonly before: number | undefined;
  /** At most so many calls from here on; undefined: all. */
  readonly limit?: number | undefined;
}

/** The next piece of an export, newest call first. Calls that retention has taken meanwhile are left out. */
export async function exportPiece(
  calls: Pick<CallLog, "list" | "get">,
  { filter, format, before, limit = Number.POSITIVE_INFINITY }: ExportQuery,
  version: string,
): Promise<ExportPiece> {
  const page = await calls.list(filter, Math.min(PAGE, limit), before);
  let text = before === undefined ? headOf(format, version) : "";
  let written = 0;
  let last: CallSummary | undefined;
  for (const summary of page.calls) {
    const call = await calls
      .get(summary.id, WHOLE_PAYLOAD)
      .catch((error: unknown) => withoutContents(summary, error));
    last = summary;
    if (call !== undefined) {
      text += entryOf(format, call, before === undefined && written === 0);
      written += 1;
    }
    if (text.length >= PIECE) break;
  }
  const more = last !== undefined && written < limit && (page.more || last !== page.calls.at(-1));
  if (!more && format === "har") text += harTail;
  const { searched } = page;
  return {
    text,
    calls: written,
    next: more && last !== undefined ? last.id : null,
    ...(searched === undefined ? {} : { searched }),
  };
}

const headOf = (format: ExportFormat, version: string): string =>
  format === "csv" ? csvHead : format === "har" ? harHead(version) : "";

function entryOf(format: ExportFormat, call: CallDetail, isFirst: boolean): string {
  if (format === "csv") return csvLine(call);
  if (format === "har") return `${isFirst ? "" : ","}\n${harEntry(call)}`;
  return `${callJson(call)}\n`;
}
