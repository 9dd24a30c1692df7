/** Reading answers, with back-pressure and limits. */

/** A gate that holds readers back while it is shut. */
export class Gate {
  #opened: PromiseWithResolvers<void> | undefined;

  shut(): void {
    this.#opened ??= Promise.withResolvers();
  }

  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  /** Resolves when the gate is open; undefined when it is. */
  get passage(): Promise<void> | undefined {
    return this.#opened?.promise;
  }
}

/** The content is larger than the limit. */
export class TooLarge extends Error {}

/** Gives each chunk as it comes, none while the gate is shut. Rejects when the connection breaks. */
export async function readChunks(
  content: AsyncIterable<Buffer>,
  gate: Gate,
  take: (chunk: Buffer) => void,
): Promise<void> {
  for await (const chunk of content) {
    if (gate.passage !== undefined) await gate.passage;
    take(chunk);
  }
}

/** The whole content. Rejects with TooLarge as soon as it passes the limit, and when the connection breaks. */
export async function readWhole(
  content: AsyncIterable<Buffer>,
  gate: Gate,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await readChunks(content, gate, (chunk) => {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge(`more than ${Math.round(maxBytes / 1024 / 1024)} MB`);
    chunks.push(chunk);
  });
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

/** The beginning of the content, as text; what fails or comes late is left out. Ends by itself when `signal` aborts. */
export async function readBeginning(content: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of content) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    // A body that breaks off says what it has said.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}
