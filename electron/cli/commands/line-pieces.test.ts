import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type LinePiece, linePieces } from "./line-pieces.ts";

async function pieces(text: string, most: number, backwards = false): Promise<LinePiece[]> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-lines-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "lines");
  writeFileSync(file, text);
  const found: LinePiece[] = [];
  await using handle = await open(file);
  for await (const piece of linePieces(handle, most, () => backwards)) found.push(piece);
  return found;
}

test("pieces hold whole lines, of which a long one has its own, and know their first line's number", async () => {
  expect(await pieces("ab\ncd\n漢漢漢漢\ne\n\nf", 6)).toEqual([
    { text: "ab\ncd", first: 1 },
    { text: "漢漢漢漢", first: 3 },
    { text: "e\n\nf", first: 4 },
  ]);
});

test("the pieces of a file that goes backwards come from its end", async () => {
  expect(await pieces("a\nb\nc\n", 4, true)).toEqual([
    { text: "c", first: 3 },
    { text: "a\nb", first: 1 },
  ]);
});

test("a file without a line has no piece", async () => {
  expect(await pieces("", 4)).toEqual([]);
});
