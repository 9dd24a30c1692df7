import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/** What a server may compress its answers with. */
export const ACCEPT_ENCODING = "gzip, deflate, br";

/**
 * A response's content, decompressed as it is read: whoever reads it counts what comes out, so that a bomb costs no more
 * than a plain answer of that size. Errors of the connection and of the compression end the iteration.
 */
export function contentOf(response: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  switch (encoding) {
    case "identity":
    case "":
      return response;
    case "gzip":
    case "x-gzip":
      return through(response, createGunzip());
    case "br":
      return through(response, createBrotliDecompress());
    case "deflate":
      return inflated(response);
    default:
      response.destroy();
      return failing(
        new Error(`the answer is compressed with "${encoding.slice(0, 40)}", which was not offered`),
      );
  }
}

function through(response: Readable, decompress: Transform): Readable {
  return pipeline(response, decompress, () => undefined);
}

/** "deflate" means zlib's wrapper, but some servers send the bare stream; the first two bytes tell. */
async function* inflated(response: IncomingMessage): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const chunk = await next(response);
    if (chunk === undefined) return;
    head = Buffer.concat([head, chunk]);
  }
  response.unshift(head);
  const [first = 0, second = 0] = head;
  const wrapped = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  yield* through(response, wrapped ? createInflate() : createInflateRaw());
}

function next(stream: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) return;
      forget();
      resolve(chunk);
    };
    const end = (): void => {
      forget();
      resolve(undefined);
    };
    const fail = (error: Error): void => {
      forget();
      reject(error);
    };
    const forget = (): void => {
      stream.off("readable", look).off("end", end).off("error", fail);
    };
    stream.on("readable", look).on("end", end).on("error", fail);
    look();
  });
}

// biome-ignore lint/correctness/useYield: an iteration that fails at its first step
async function* failing(error: Error): AsyncGenerator<Buffer> {
  throw error;
}
