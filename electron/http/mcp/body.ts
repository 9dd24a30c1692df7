import type { IncomingMessage } from "node:http";

const NOTHING = Buffer.alloc(0);

/**
 * Reads a request's body, once: exactly one of `done` and `tooLarge` is called, or neither when the connection is lost.
 * A body of declared length is done with its last byte; one chunk, the usual case, is handed on without a copy.
 */
export function readBody(
  req: IncomingMessage,
  limit: number,
  done: (body: Buffer) => void,
  tooLarge: () => void,
): void {
  const header = req.headers["content-length"];
  const declared = header === undefined ? undefined : Number(header);
  if (declared !== undefined && declared > limit) {
    tooLarge();
    return;
  }
  if (declared === 0) {
    done(NOTHING);
    return;
  }
  let size = 0;
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let settled = false;
  const finish = (): void => {
    if (settled) return;
    settled = true;
    done(chunks === undefined ? (first ?? NOTHING) : Buffer.concat(chunks, size));
  };
  req.on("data", (chunk: Buffer) => {
    if (settled) return;
    size += chunk.length;
    if (size > limit) {
      settled = true;
      first = chunks = undefined;
      tooLarge();
      return;
    }
    if (first === undefined) first = chunk;
    else if (chunks === undefined) chunks = [first, chunk];
    else chunks.push(chunk);
    if (size === declared) finish();
  });
  if (declared === undefined) req.on("end", finish);
}
