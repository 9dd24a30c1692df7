import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { importSource } from "./import-source.ts";

const LINES = '{"id":2}\n{"id":1}\n';
const nothing = (): AsyncIterable<Uint8Array> => {
  throw new Error("stdin is not read");
};

/** A folder of this test's own, in which temporary files are made too. */
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "gatehouse-source-"));
  for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, made);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

test.skipIf(process.platform === "win32")(
  "what comes on stdin lies in no file that has a name: whatever ends the import, nothing stays",
  async () => {
    const place = folder();
    const input = async function* () {
      yield Buffer.from(LINES);
    };
    await using source = await importSource("-", input);
    expect(readdirSync(place)).toEqual([]);
    expect(await source.file.read(Buffer.alloc(100), 0, 100, 0)).toMatchObject({ bytesRead: LINES.length });
  },
);

test.skipIf(process.platform === "win32")("a pipe that has a name is read as a file is", async () => {
  const pipe = join(folder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const written = writeFile(pipe, LINES);
  await using source = await importSource(pipe, nothing);
  await written;
  const { buffer, bytesRead } = await source.file.read(Buffer.alloc(100), 0, 100, 0);
  expect(buffer.toString("utf8", 0, bytesRead)).toBe(LINES);
});

test("a file that is not there is told by its name", async () => {
  const file = join(folder(), "none.jsonl");
  await expect(importSource(file, nothing)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining(`${file} cannot be read`),
  });
});
