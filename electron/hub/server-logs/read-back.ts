import { type FileHandle, open } from "node:fs/promises";
import type { LogLine } from "../../../shared/model/server.ts";
import { parseLine } from "./line-format.ts";

const CHUNK = 256 * 1024;
const LINE_FEED = 0x0a;

/** Where reading goes on: before the lines of this time of which `skip` were read already. */
interface Place {
  readonly at: number;
  readonly skip: number;
}

export interface ReadBackOptions {
  /** The files, the newest first; those that do not exist are passed over. */
  readonly paths: readonly string[];
  readonly matches: (line: LogLine) => boolean;
  readonly limit: number;
  /** What an earlier answer gave. */
  readonly before: string | undefined;
  /** How much is looked through at most, in bytes. */
  readonly maxBytes: number;
}

/** A page of a log. */
export interface LogPage {
  /** Oldest first. */
  readonly lines: LogLine[];
  /** Where to go on for what is older; null: there is nothing. */
  readonly before: string | null;
}

/** Reads the newest lines that match, from the end backwards. The files must not change meanwhile. */
export async function readBack(options: ReadBackOptions): Promise<LogPage> {
  const from = parsePlace(options.before);
  const lines: LogLine[] = [];
  let place: Place | undefined;
  let passed = 0;
  let looked = 0;
  for await (const written of linesBackward(options.paths)) {
    // Only between lines, so that an answer always names a place that the next one gets beyond.
    if (place !== undefined && (lines.length >= options.limit || looked >= options.maxBytes))
      return { lines: lines.reverse(), before: `${place.at}.${place.skip}` };
    const line = parseLine(written);
    if (line === undefined) continue;
    if (from !== undefined && line.at > from.at) continue;
    if (from !== undefined && line.at === from.at && passed < from.skip) {
      passed += 1;
      continue;
    }
    const known: Place | undefined = place ?? from;
    place = { at: line.at, skip: known?.at === line.at ? known.skip + 1 : 1 };
    looked += written.length;
    if (options.matches(line)) lines.push(line);
  }
  return { lines: lines.reverse(), before: null };
}

function parsePlace(text: string | undefined): Place | undefined {
  const [, at, skip] = /^(\d{1,16})\.(\d{1,9})$/.exec(text ?? "") ?? [];
  return at === undefined ? undefined : { at: Number(at), skip: Number(skip) };
}

/** Every line of the files, the last one first. */
async function* linesBackward(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    let file: FileHandle;
    try {
      file = await open(path, "r");
    } catch {
      continue;
    }
    try {
      let end = (await file.stat()).size;
      let rest = Buffer.alloc(0);
      while (end > 0) {
        const length = Math.min(CHUNK, end);
        end -= length;
        const chunk = Buffer.alloc(length);
        await file.read(chunk, 0, length, end);
        let text = Buffer.concat([chunk, rest]);
        for (let at = text.lastIndexOf(LINE_FEED); at >= 0; at = text.lastIndexOf(LINE_FEED)) {
          if (at + 1 < text.length) yield text.toString("utf8", at + 1);
          text = text.subarray(0, at);
        }
        rest = text;
      }
      if (rest.length > 0) yield rest.toString("utf8");
    } finally {
      await file.close();
    }
  }
}
