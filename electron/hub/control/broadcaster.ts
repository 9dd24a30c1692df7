import type { Broadcast, BroadcastData } from "../../../shared/contract.ts";
import type { CallSummary } from "../../../shared/model/call.ts";
import type { LogLine } from "../../../shared/model/server.ts";

import { NO_REDACTION, type Redaction, redactedValue } from "../../core/redact/redaction.ts";

export type Emit = <B extends Broadcast>(name: B, data: BroadcastData<B>) => void;

/** How often batched broadcasts leave, in milliseconds, and how many calls one of them carries at most. */
const BATCH_MS = 100;
const BATCH_CALLS = 200;
/** More than a log's flood gate lets through at once: nothing that is kept is missed by those who follow. */
const BATCH_LINES = 2_500;

/** Tells every control session what has changed; calls and log lines are batched, so that a flood costs little. */
export class Broadcaster {
  readonly #listeners = new Set<Emit>();
  #calls: CallSummary[] = [];
  #dropped = 0;
  readonly #lines = new Map<string, LogLine[]>();
  #timer: NodeJS.Timeout | undefined;
  readonly #redaction: Redaction;

  /** What is told has no secret that `redaction` knows. */
  constructor(redaction: Redaction = NO_REDACTION) {
    this.#redaction = redaction;
  }

  subscribe(emit: Emit): () => void {
    this.#listeners.add(emit);
    return () => this.#listeners.delete(emit);
  }

  /** Whether anybody listens: what would be thrown away need not be built. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  emit: Emit = (name, data) => {
    if (!this.heard) return;
    const clean = redactedValue(this.#redaction, data);
    for (const listener of this.#listeners) listener(name, clean);
  };

  call(call: CallSummary): void {
    if (!this.heard) return;
    if (this.#calls.length >= BATCH_CALLS) {
      this.#calls.shift();
      this.#dropped += 1;
    }
    this.#calls.push(call);
    this.#arm();
  }

  logLine(server: string, line: LogLine): void {
    if (!this.heard) return;
    const lines = this.#lines.get(server) ?? [];
    if (lines.length >= BATCH_LINES) lines.shift();
    lines.push(line);
    this.#lines.set(server, lines);
    this.#arm();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#calls.length > 0) {
      this.emit("callsRecorded", { calls: this.#calls.reverse(), dropped: this.#dropped });
      this.#calls = [];
      this.#dropped = 0;
    }
    for (const [name, lines] of this.#lines) this.emit("serverLogged", { name, lines });
    this.#lines.clear();
  }
}
