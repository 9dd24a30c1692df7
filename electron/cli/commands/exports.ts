import { readFile } from "node:fs/promises";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { isPartial, reachSentence, type Searched } from "../../../shared/model/call.ts";
import type { ExportFormat } from "../../../shared/model/export.ts";
import { type CallFilterOptions, filterOf } from "./calls.ts";
import type { Context } from "./context.ts";

export interface ExportOptions extends CallFilterOptions {
  readonly format: ExportFormat;
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
      });
      io.out(piece.text);
      calls += piece.calls;
      before = piece.next ?? undefined;
      searched = piece.searched;
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
  const text = await readText(context, file);
  await context.hub("either", async (hub) => {
    let imported = 0;
    const problems: { line: number; message: string }[] = [];
    for (const { lines, first } of batches(text)) {
      const result = await hub.call("calls.import", { text: lines });
      imported += result.imported;
      problems.push(...result.problems.map(({ line, message }) => ({ line: line + first - 1, message })));
    }
    if (json) context.json({ imported, problems });
    else {
      for (const { line, message } of problems) context.io.err(`line ${line}: ${message}\n`);
      context.io.out(`${imported} calls imported, ${problems.length} lines left out\n`);
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

async function readText({ io }: Context, file: string): Promise<string> {
  if (file === "-") return (await io.readInput()) ?? "";
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new GatehouseError("not_found", `${file} cannot be read: ${sentenceOf(error)}`);
  }
}

/** Whole lines, in pieces of a bounded size, each with the number of its first line. */
function* batches(text: string): Generator<{ lines: string; first: number }> {
  let lines: string[] = [];
  let size = 0;
  let first = 1;
  let number = 0;
  for (const line of text.split("\n")) {
    number += 1;
    if (size > 0 && size + line.length > BATCH) {
      yield { lines: lines.join("\n"), first };
      lines = [];
      size = 0;
      first = number;
    }
    lines.push(line);
    size += line.length + 1;
  }
  if (lines.some((line) => line.trim() !== "")) yield { lines: lines.join("\n"), first };
}
