import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

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

/**
 * A file's lines in pieces of some `most` bytes (a longer line is a piece of its own). Where `backwards` says so of the first
 * and the last piece, they come from the file's end on. Rejects with what the file system says.
 */
export async function* linePieces(
  file: string,
  most: number,
  backwards: (first: string, last: string) => boolean,
): AsyncGenerator<LinePiece> {
  const ranges = await rangesOf(file, most);
  const handle = await open(file);
  try {
    const [first, last] = [ranges[0], ranges.at(-1)];
    if (first === undefined || last === undefined) return;
    if (backwards(await textAt(handle, first), await textAt(handle, last))) ranges.reverse();
    for (const range of ranges) yield { text: await textAt(handle, range), first: range.first };
  } finally {
    await handle.close();
  }
}

async function rangesOf(file: string, most: number): Promise<Range[]> {
  const ranges: Range[] = [];
  let [start, end, first, line, offset] = [0, 0, 1, 1, 0];
  const close = (next: number): void => {
    if (end > start) ranges.push({ start, end, first });
    start = end;
    first = next;
  };
  for await (const chunk of createReadStream(file)) {
    const bytes = chunk as Buffer;
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

async function textAt(handle: FileHandle, { start, end }: Range): Promise<string> {
  const bytes = Buffer.alloc(end - start);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.toString("utf8").replace(/\n$/, "");
}
