import { sentenceOf } from "../../../shared/errors.ts";
import type { LogLine } from "../../../shared/model/server.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { Unasked } from "../../core/jsonrpc/pending.ts";
import type { TransportEnd } from "../ports/upstream.ts";
import { AnswerTally } from "./answer-tally.ts";
import { logLineOf } from "./log-message.ts";
import { strays } from "./problems.ts";

/** What a server's runs leave behind: the lines of its log, how the last one began and ended, and what was wrong. */
export class ServerJournal {
  readonly #put: (line: LogLine) => void;
  readonly #changed: () => void;
  readonly answers = new AnswerTally();
  /** Lines on its stdout that were no messages. */
  noiseLines = 0;
  /** How long its last start took, in milliseconds. */
  startupMs: number | undefined;
  /** Why it does not run as it should; undefined since it was started anew. */
  lastError: string | undefined;
  /** The code of its last end, once it has had one. */
  lastCode: string | undefined;

  /** `put` takes each line; `changed` is told when something else is to be shown of the server. */
  constructor(put: (line: LogLine) => void, changed: () => void) {
    this.#put = put;
    this.#changed = changed;
  }

  log(stream: LogLine["stream"], text: string): void {
    this.#put({ at: Date.now(), stream, text });
  }

  /** A line of the hub's own. */
  note(text: string): void {
    this.log("hub", text);
  }

  /** What the server says in notifications/message. */
  message(bytes: Buffer, envelope: Envelope): void {
    const line = logLineOf(bytes, envelope, Date.now());
    if (line !== undefined) this.#put(line);
  }

  noise(text: string): void {
    this.noiseLines += 1;
    this.log("stdout", text);
  }

  /** An answer that nobody waited for. */
  unasked(kind: Unasked): void {
    if (!this.answers.add(kind)) return;
    if (kind !== "late") this.note(strays(this.answers).message);
    this.#changed();
  }

  /** A start came to nothing; returns why. */
  failed(error: unknown): string {
    const why = sentenceOf(error);
    this.lastError = why;
    this.note(why);
    return why;
  }

  /** A run has ended by itself. */
  ended({ code, message }: TransportEnd): void {
    this.lastCode = code;
    this.lastError = message;
    this.note(`ended: ${message}`);
  }
}
