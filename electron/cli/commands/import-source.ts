import { createReadStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { csvRecords, isCsvHead, lineOfCsv } from "../../hub/export/csv-back.ts";
import { lineOfHarEntry } from "../../hub/export/har-back.ts";

/** What is looked at to tell what a file is, in characters. */
const LOOK = 4_096;

/** Lines of a JSONL export in a file, which is open until it is disposed of. */
export interface ImportSource extends AsyncDisposable {
  readonly file: FileHandle;
  /** What one of them is called: a line of the file, or a call of it. */
  readonly unit: "line" | "call";
  /** What could not be made a line of; its number is that of an empty line. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/**
 * A file of calls as lines of JSONL: it is read from its end on, so what comes on stdin (`file` "-"), and what is a HAR or
 * a CSV, is written to a temporary file first, which only the user can read and which has no name any more once it is open
 * (on Windows, once it is closed): whatever ends the import, nothing stays. Throws GatehouseError: not_found where it
 * cannot be read, bad_request for a document that is none.
 */
export async function importSource(
  file: string,
  stdin: () => AsyncIterable<Uint8Array>,
): Promise<ImportSource> {
  const bytes = (): AsyncIterable<Uint8Array> => (file === "-" ? stdin() : createReadStream(file));
  const texts = peekable(textOf(readable(file, bytes())));
  const head = (await texts.peek(LOOK)).replace(/^\ufeff/, "").trimStart();
  const kind = isHar(head) ? "har" : isCsvHead(head) ? "csv" : "jsonl";
  // A pipe that has a name can be read only once.
  if (kind === "jsonl" && file !== "-" && (await stat(file)).isFile()) {
    await texts.end();
    const opened = await open(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
    return { file: opened, unit: "line", problems: [], [Symbol.asyncDispose]: () => opened.close() };
  }
  const spool = await openNameless();
  try {
    const problems = await writeLines(spool.file, kind, texts.all());
    return { ...spool, unit: kind === "jsonl" ? "line" : "call", problems };
  } catch (error) {
    await spool[Symbol.asyncDispose]();
    throw error;
  }
}

/** A new file that goes with whoever has it open. */
async function openNameless(): Promise<AsyncDisposable & { readonly file: FileHandle }> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-import-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const file = await open(join(folder, "calls.jsonl"), "wx+", 0o600);
    // Windows may keep the folder of an open file.
    await remove().catch(() => {});
    return {
      file,
      async [Symbol.asyncDispose]() {
        await file.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeLines(
  out: FileHandle,
  kind: "jsonl" | "har" | "csv",
  texts: AsyncIterable<string>,
): Promise<ImportSource["problems"]> {
  const problems: { line: number; message: string }[] = [];
  if (kind === "jsonl") {
    for await (const text of texts) await out.write(text);
    return problems;
  }
  let line = 0;
  for await (const make of kind === "csv" ? csvLines(texts) : harLines(texts)) {
    line += 1;
    let text = "";
    try {
      text = make();
    } catch (error) {
      problems.push({ line, message: sentenceOf(error) });
    }
    await out.write(`${text}\n`);
  }
  return problems;
}

async function* csvLines(texts: AsyncIterable<string>): AsyncGenerator<() => string> {
  let names: string[] | undefined;
  for await (const cells of csvRecords(texts)) {
    const columns = names;
    if (columns === undefined) names = cells.map((cell) => cell.replace(/^\ufeff/, ""));
    else if (cells.length > 1) yield () => lineOfCsv(columns, cells);
  }
}

/** Gatehouse writes an entry a line, however many there are; another layout is read as a whole. */
async function* harLines(texts: AsyncIterable<string>): AsyncGenerator<() => string> {
  let rest = "";
  let byLine: boolean | undefined;
  for await (const text of texts) {
    rest += text;
    // Only what came last is looked through: a line may be as long as a call's payloads.
    if (!text.includes("\n")) continue;
    byLine ??= /^\ufeff?\s*\{"log":\{.*"entries":\[\r?\n/.test(rest);
    if (byLine !== true) continue;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter(isEntry).map(entryOf);
  }
  if (byLine === true) {
    if (isEntry(rest)) yield entryOf(rest);
    return;
  }
  for (const entry of entriesOf(rest)) yield () => lineOfHarEntry(entry);
}

const isEntry = (line: string): boolean => /^\{"(?!log":)/.test(line);
const entryOf = (line: string) => (): string => lineOfHarEntry(JSON.parse(line.replace(/,?\s*$/, "")));

function entriesOf(text: string): readonly unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new GatehouseError("bad_request", `this HAR cannot be read: ${sentenceOf(error)}`);
  }
  const { log } = Object(document) as { log?: { entries?: unknown } };
  if (!Array.isArray(log?.entries))
    throw new GatehouseError("bad_request", "this HAR has no log.entries", "Export it anew.");
  return log.entries;
}

const isHar = (head: string): boolean => /^\{\s*"log"\s*:\s*\{/.test(head);

/** Reading ends with not_found, and the file system's own words. */
async function* readable(file: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw unreadable(file, error);
  }
}

const unreadable = (file: string, error: unknown): GatehouseError =>
  new GatehouseError("not_found", `${file} cannot be read: ${sentenceOf(error)}`);

async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  for await (const piece of bytes) yield decoder.write(piece as Buffer);
  yield decoder.end();
}

/** Texts whose first characters can be looked at before they are taken. */
function peekable(texts: AsyncGenerator<string>) {
  const first: string[] = [];
  return {
    async peek(length: number): Promise<string> {
      let seen = 0;
      while (seen < length) {
        const next = await texts.next();
        if (next.done === true) break;
        first.push(next.value);
        seen += next.value.length;
      }
      return first.join("");
    },
    async *all(): AsyncGenerator<string> {
      yield* first;
      yield* texts;
    },
    end: () => texts.return(undefined),
  };
}
