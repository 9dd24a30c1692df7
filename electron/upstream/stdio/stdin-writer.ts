import type { Writable } from "node:stream";

/** Called when a message's bytes went to the operating system, or with an error if they never will. */
export type Written = (error: Error | undefined) => void;

interface Message {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly written: Written | undefined;
}

/** Above this many bytes under way `send` returns false, below half of it `drained` is called. */
const HIGH_WATER = 1024 * 1024;
/** Messages up to this size are joined into one write. */
const JOIN_LIMIT = 64 * 1024;

const LINE_END = Uint8Array.of(0x0a);

/**
 * Writes messages to a child's stdin, each followed by a line end. Only one batch at a time is in the stream's hands;
 * what waits behind it has certainly not reached the child, which is what makes "never written" a safe answer.
 * The first message of a turn of the event loop leaves at once, what else comes in that turn goes together at its end:
 * a write, and waking the child, costs more than all else that the hub does for a call.
 * A batch that was handed over counts as written, whatever became of it. Before `attach` everything waits.
 */
export class StdinWriter {
  #stream: Writable | undefined;
  #waiting: Message[] = [];
  #inFlight: Message[] = [];
  #pending = 0;
  #full = false;
  #closed: Error | undefined;
  #ending = false;
  /** A batch was handed over in this turn of the event loop. */
  #wroteThisTurn = false;
  readonly #onDrained: () => void;
  readonly #onBroken: (error: Error) => void;

  constructor(events: { drained: () => void; broken: (error: Error) => void }) {
    this.#onDrained = events.drained;
    this.#onBroken = events.broken;
  }

  attach(stream: Writable): void {
    this.#stream = stream;
    stream.on("error", (error) => this.#break(error));
    stream.on("close", () => this.#break(new Error("The server closed its stdin.")));
    this.#flush();
  }

  /** Queues a message; false above the high-water mark. Never throws. */
  send(parts: readonly Uint8Array[], written?: Written): boolean {
    if (this.#closed !== undefined || this.#ending) {
      const error = this.#closed ?? new Error("The server is being stopped.");
      if (written !== undefined) queueMicrotask(() => written(error));
      return true;
    }
    let bytes = 1;
    for (const part of parts) bytes += part.byteLength;
    this.#waiting.push({ parts, bytes, written });
    this.#pending += bytes;
    this.#flush();
    if (this.#pending > HIGH_WATER) this.#full = true;
    return !this.#full;
  }

  /** Takes no more messages, drops those that wait, and closes the child's stdin after what is under way. */
  end(): void {
    if (this.#ending || this.#closed !== undefined) return;
    this.#ending = true;
    this.#refuseWaiting(new Error("The server is being stopped."));
    this.#stream?.end();
  }

  /** Gives up everything: what waits was never written. Called once the child is gone; `reason` is told from then on. */
  close(reason: Error): void {
    this.#fail(reason);
    // A stdin that broke before the exit was known only said that it is closed.
    this.#closed = reason;
    this.#stream?.destroy();
  }

  readonly #turnOver = (): void => {
    this.#wroteThisTurn = false;
    this.#flush();
  };

  #flush(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#closed !== undefined || this.#inFlight.length > 0) return;
    if (this.#waiting.length === 0 || this.#wroteThisTurn) return;
    this.#wroteThisTurn = true;
    setImmediate(this.#turnOver);
    const batch = this.#takeBatch();
    this.#inFlight = batch;
    const last = batch.at(-1);
    stream.cork();
    for (const message of batch) {
      const done = message === last ? (error?: Error | null) => this.#flushed(batch, error) : undefined;
      if (message.bytes <= JOIN_LIMIT) {
        stream.write(
          message.parts.length === 0 ? LINE_END : Buffer.concat([...message.parts, LINE_END]),
          done,
        );
      } else {
        for (const part of message.parts) stream.write(part);
        stream.write(LINE_END, done);
      }
    }
    stream.uncork();
  }

  /** As much as fits the high-water mark, at least one message: what is kept back can still be called unwritten. */
  #takeBatch(): Message[] {
    let bytes = 0;
    let count = 0;
    for (const message of this.#waiting) {
      bytes += message.bytes;
      if (count > 0 && bytes > HIGH_WATER) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #flushed(batch: readonly Message[], error: Error | null | undefined): void {
    if (this.#inFlight !== batch) return;
    if (error) {
      this.#break(error);
      return;
    }
    this.#inFlight = [];
    this.#settle(batch, undefined);
    this.#flush();
  }

  #settle(messages: readonly Message[], error: Error | undefined): void {
    for (const message of messages) this.#pending -= message.bytes;
    for (const message of messages) message.written?.(error);
    if (this.#full && this.#pending < HIGH_WATER / 2 && this.#closed === undefined && !this.#ending) {
      this.#full = false;
      this.#onDrained();
    }
  }

  #refuseWaiting(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#settle(waiting, error);
  }

  #break(error: Error): void {
    const wasOpen = this.#closed === undefined && !this.#ending;
    this.#fail(error);
    if (wasOpen) this.#onBroken(error);
  }

  #fail(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    const inFlight = this.#inFlight;
    this.#inFlight = [];
    this.#settle(inFlight, undefined);
    this.#refuseWaiting(error);
  }
}
