import type { FileHandle } from "node:fs/promises";

/** Whole lines of a file, each without its end. */
export interface LinePiece {
  readonly text: string;
  /** The number of its first line in the file, from 1. */
  readonly first: number;
}

/** Where whole lines stand in a file, in bytes; `end` is excluded. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly first: number;
}

const NEWLINE = 0x0a;
/** Bytes that are looked through at once. */
const CHUNK = 256 * 1024;

/**
 * A file's lines in pieces of some `most` bytes (a longer line is a piece of its own). Where `backwards` says so of the first
 * and the last piece, they come from the file's end on. Rejects with what the file system says; the handle stays open.
 */
export async function* linePieces(
  file: FileHandle,
  most: number,
  backwards: (first: string, last: string) => boolean,
): AsyncGenerator<LinePiece> {
  const ranges = await rangesOf(file, most);
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return;
  if (backwards(await textAt(file, first), await textAt(file, last))) ranges.reverse();
  for (const range of ranges) yield { text: await textAt(file, range), first: range.first };
}

async function rangesOf(file: FileHandle, most: number): Promise<Range[]> {
  const ranges: Range[] = [];
  let [start, end, first, line, offset] = [0, 0, 1, 1, 0];
  const close = (next: number): void => {
    if (end > start) ranges.push({ start, end, first });
    start = end;
    first = next;
  };
  const chunk = Buffer.alloc(CHUNK);
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, offset);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
      const lineEnd = offset + at + 1;
      if (lineEnd - start > most) close(line);
      end = lineEnd;
      line += 1;
    }
    offset += bytes.length;
  }
  if (offset - start > most) close(line);
  end = offset;
  close(line);
  return ranges;
}

async function textAt(file: FileHandle, { start, end }: Range): Promise<string> {
  const bytes = Buffer.alloc(end - start);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.toString("utf8").replace(/\n$/, "");
}
