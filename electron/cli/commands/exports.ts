import { StringDecoder } from "node:string_decoder";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { isPartial, reachSentence, type Searched } from "../../../shared/model/call.ts";
import type { ExportFormat } from "../../../shared/model/export.ts";
import { type CallFilterOptions, filterOf } from "./calls.ts";
import type { Context } from "./context.ts";
import { type LinePiece, linePieces } from "./line-pieces.ts";

export interface ExportOptions extends CallFilterOptions {
  readonly format: ExportFormat;
  /** At most so many calls; undefined: all. */
  readonly most: number | undefined;
}

/** Calls after which an export tells how far it is. */
const TELL_AFTER = 10_000;
/** Lines sent to the hub at once, in characters: a line may be as long as a call's payloads. */
const BATCH = 2 * 1024 * 1024;

/** `calls export`: what the filter finds, newest first, on stdout. */
export async function exportCalls(context: Context, options: ExportOptions): Promise<void> {
  const { io } = context;
  const filter = filterOf(options, io.now());
  await context.hub("either", async (hub) => {
    let calls = 0;
    let told = 0;
    let before: number | undefined;
    let searched: Searched | undefined;
    do {
      const piece = await hub.call("calls.export", {
        filter,
        format: options.format,
        ...(before === undefined ? {} : { before }),
        ...(options.most === undefined ? {} : { limit: options.most - calls }),
      });
      io.out(piece.text);
      calls += piece.calls;
      before = piece.next ?? undefined;
      searched = piece.searched;
      // A reader that is slower than the hub holds the export up, and one that has gone ends it.
      if (!(await io.printed())) return;
      if (calls - told >= TELL_AFTER) {
        told = calls;
        io.err(`${calls} calls…\n`);
      }
    } while (before !== undefined);
    io.err(`${calls} calls exported\n`);
    if (searched !== undefined && isPartial(searched)) io.err(`${reachSentence(searched)}\n`);
  });
}

/** `calls import`: takes the lines of a JSONL export into the history. */
export async function importCalls(context: Context, file: string, json: boolean): Promise<void> {
  const { io } = context;
  await context.hub("either", async (hub) => {
    let imported = 0;
    let told = 0;
    const problems: { line: number; message: string }[] = [];
    const pieces = file === "-" ? batches(linesOf(textOf(context))) : piecesOf(file);
    for await (const { text, first } of pieces) {
      if (text.trim() === "") continue;
      const result = await hub.call("calls.import", { text });
      imported += result.imported;
      problems.push(...result.problems.map(({ line, message }) => ({ line: line + first - 1, message })));
      if (imported - told >= TELL_AFTER) {
        told = imported;
        io.err(`${imported} calls…\n`);
      }
    }
    if (json) context.json({ imported, problems });
    else {
      for (const { line, message } of problems) io.err(`line ${line}: ${message}\n`);
      io.out(`${imported} calls imported, ${problems.length} lines left out\n`);
    }
    if (problems.length > 0 && imported === 0)
      throw new GatehouseError(
        "bad_request",
        `${file} holds no call that could be imported`,
        "It must be an export with --format jsonl.",
      );
  });
}

/** `calls record`: chosen calls as a fixture on stdout. */
export async function recordCalls(context: Context, ids: readonly number[]): Promise<void> {
  const { io } = context;
  await context.hub("either", async (hub) => {
    const { text, calls, problems } = await hub.call("calls.fixture", { ids: [...ids] });
    for (const problem of problems) io.err(`${problem}\n`);
    if (calls === 0)
      throw new GatehouseError(
        "bad_request",
        "none of these calls can be served again",
        "Choose calls that were answered, with `gatehouse calls`.",
      );
    io.out(text);
  });
}

/**
 * The file's lines, the oldest calls first: the history has calls in the order in which it got them, and an export begins
 * with the newest. Throws GatehouseError not_found when it cannot be read.
 */
async function* piecesOf(file: string): AsyncGenerator<LinePiece> {
  const pieces = linePieces(
    file,
    BATCH,
    (first, last) => startOf(first.split("\n", 1)[0]) >= startOf(last.split("\n").at(-1)),
  );
  for (;;) {
    const next = await pieces.next().catch((error: unknown) => {
      throw new GatehouseError("not_found", `${file} cannot be read: ${sentenceOf(error)}`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

/** When the call of a line began, in milliseconds since the epoch; NaN where the line does not say. */
function startOf(line: string | undefined): number {
  try {
    const call: unknown = JSON.parse(line ?? "");
    return Date.parse(String((call as { startedAt?: unknown } | null)?.startedAt));
  } catch {
    return Number.NaN;
  }
}

/** What comes on stdin, as text. */
async function* textOf({ io }: Context): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  for await (const bytes of io.input()) yield decoder.write(bytes as Buffer);
  yield decoder.end();
}

/** Lines without their ends, of which JSON has none but \n within an export. */
async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let pieces: string[] = [];
  for await (const text of texts) {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      yield [...pieces, text.slice(from, end)].join("");
      pieces = [];
      from = end + 1;
    }
    if (from < text.length) pieces.push(text.slice(from));
  }
  yield pieces.join("");
}

/** Whole lines, in pieces of a bounded size, each with the number of its first line. */
async function* batches(each: AsyncIterable<string>): AsyncGenerator<LinePiece> {
  let lines: string[] = [];
  let size = 0;
  let first = 1;
  let number = 0;
  for await (const line of each) {
    number += 1;
    if (size > 0 && size + line.length > BATCH) {
      yield { text: lines.join("\n"), first };
      lines = [];
      size = 0;
      first = number;
    }
    lines.push(line);
    size += line.length + 1;
  }
  yield { text: lines.join("\n"), first };
}
