import type { FileHandle } from "node:fs/promises";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { isPartial, reachSentence, type Searched } from "../../../shared/model/call.ts";
import type { ExportFormat } from "../../../shared/model/export.ts";
import { idOfLine, isNewestFirst, type Place } from "../../hub/export/newest-first.ts";
import { type CallFilterOptions, filterOf } from "./calls.ts";
import type { Context } from "./context.ts";
import { importSource } from "./import-source.ts";
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
/** Problems that are told one by one without --json. */
const MOST_PROBLEMS = 100;

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

/**
 * `calls import`: takes the calls of an export, JSONL, HAR or CSV, into the history. What it has already is not taken
 * twice.
 */
export async function importCalls(context: Context, file: string, json: boolean): Promise<void> {
  const { io } = context;
  await using source = await importSource(file, io.input);
  await context.hub("either", async (hub) => {
    let [imported, known, told] = [0, 0, 0];
    const problems = [...source.problems];
    for await (const { text, first } of piecesOf(source.file, file)) {
      if (text.trim() === "") continue;
      const result = await hub.call("calls.import", { text });
      imported += result.imported;
      known += result.known;
      problems.push(...result.problems.map(({ line, message }) => ({ line: line + first - 1, message })));
      if (imported + known - told >= TELL_AFTER) {
        told = imported + known;
        io.err(`${told} calls…\n`);
      }
    }
    problems.sort((a, b) => a.line - b.line);
    if (json) context.json({ imported, known, problems });
    else {
      for (const { line, message } of problems.slice(0, MOST_PROBLEMS))
        io.err(`${source.unit} ${line}: ${message}\n`);
      if (problems.length > MOST_PROBLEMS) io.err(`and ${problems.length - MOST_PROBLEMS} more\n`);
      const there = known === 0 ? "" : `, ${known} were there already`;
      io.out(`${imported} calls imported${there}, ${problems.length} ${source.unit}s left out\n`);
    }
    if (problems.length > 0 && imported + known === 0)
      throw new GatehouseError(
        "bad_request",
        `${file} holds no call that could be imported`,
        "It must be an export of `gatehouse calls export`.",
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
async function* piecesOf(file: FileHandle, name: string): AsyncGenerator<LinePiece> {
  const pieces = linePieces(file, BATCH, (first, last) => {
    const [one, other] = [placeIn(first.split("\n")), placeIn(last.trimEnd().split("\n").reverse())];
    return one !== undefined && other !== undefined && isNewestFirst(one, other);
  });
  for (;;) {
    const next = await pieces.next().catch((error: unknown) => {
      throw new GatehouseError("not_found", `${name} cannot be read: ${sentenceOf(error)}`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

/** The place of the first of these lines that says when its call began. */
function placeIn(lines: readonly string[]): Place | undefined {
  for (const each of lines) {
    const line = each.replace(/^\ufeff/, "");
    const startedAt = startOf(line);
    if (!Number.isNaN(startedAt)) return { id: idOfLine(line), startedAt };
  }
  return undefined;
}

/** When the call of a line began, in milliseconds since the epoch; NaN where the line does not say. */
function startOf(line: string): number {
  try {
    const call: unknown = JSON.parse(line);
    return Date.parse(String((call as { startedAt?: unknown } | null)?.startedAt));
  } catch {
    return Number.NaN;
  }
}
