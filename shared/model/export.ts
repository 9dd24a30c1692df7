import { z } from "zod";
import { searchedSchema } from "./call.ts";

/**
 * Forms in which calls leave Gatehouse. "jsonl": a call a line, as `gatehouse calls --json` shows them, which can be
 * imported again. "csv": RFC 4180, for spreadsheets. "har": HTTP Archive 1.2, for network inspectors.
 */
export const exportFormatSchema = z.enum(["jsonl", "csv", "har"]);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** One piece of an export; the pieces' texts together are the file. */
export const exportPieceSchema = z.object({
  text: z.string(),
  /** Calls in this piece. */
  calls: z.int(),
  /** Goes into the next request; null: this was the last piece. */
  next: z.int().nullable(),
  /** How far the search for a text reached in this piece; only where one was searched for. */
  searched: searchedSchema.optional(),
});
export type ExportPiece = z.infer<typeof exportPieceSchema>;

/** A line that was not taken over, and why; lines count from 1 within the text that was sent. */
export const importProblemSchema = z.object({ line: z.int(), message: z.string() });

/** What the first member of a fixture says, so that no other JSON is taken for one. */
export const FIXTURE_KIND = "gatehouse-fixture/1";
