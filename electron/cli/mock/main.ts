import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { LineFramer } from "../../core/jsonrpc/framing.ts";
import { MockServer } from "./mock-server.ts";
import { readRecording } from "./recording.ts";

export interface MockOptions {
  /** The fixture's file. */
  readonly file: string;
  /** Share of the recorded time that an answer takes; 0 answers at once. */
  readonly pace: number;
}

/** Serves a recording on a pair of streams until the input ends. Rejects with GatehouseError when it cannot be read. */
export async function serveMock(
  { file, pace }: MockOptions,
  input: Readable,
  output: Writable,
): Promise<void> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new GatehouseError("not_found", `${file} cannot be read: ${sentenceOf(error)}`);
  });
  const server = new MockServer(readRecording(bytes), pace);
  const waiting = new Set<NodeJS.Timeout>();
  const send = (message: Uint8Array): void => void output.write(Buffer.concat([message, Buffer.from("\n")]));
  const framer = new LineFramer({
    onLine(line) {
      const answer = server.answer(line);
      if (answer === undefined) return;
      if (answer.afterMs < 1) return send(answer.message);
      const timer = setTimeout(() => {
        waiting.delete(timer);
        send(answer.message);
      }, answer.afterMs);
      waiting.add(timer);
    },
    onTooLong: () => {},
  });
  for await (const chunk of input) framer.push(chunk as Uint8Array);
  framer.end();
  for (const timer of waiting) clearTimeout(timer);
}
