import { sentenceOf } from "../../shared/errors.ts";
import type { Emit } from "./control/broadcaster.ts";
import type { ControlCaller } from "./ports/endpoint.ts";
import type { AuditLog } from "./ports/storage.ts";

/** Who does an administrative act; `role` as in AuditEntry. */
export interface Actor extends ControlCaller {
  readonly role: string;
}

/** The file itself: somebody has edited gatehouse.json by hand. */
export const BY_FILE: Actor = { role: "file", remotePid: null, executable: null };

/** Refused acts that are recorded in one minute. */
const MOST_REFUSED = 60;

/** Where every administrative act is written down, at once and before it is told. */
export class Audit {
  readonly #log: AuditLog;
  readonly #emit: Emit;
  readonly #failed: (message: string) => void;
  #refusedIn = 0;
  #refusedCount = 0;

  /** `failed` is told what could not be written down, and goes on. */
  constructor(log: AuditLog, emit: Emit, failed: (message: string) => void) {
    this.#log = log;
    this.#emit = emit;
    this.#failed = failed;
  }

  /** `act` such as "client.add"; `detail` says what of, without any secret. */
  record(actor: Actor, act: string, detail: string): void {
    const { role, remotePid, executable } = actor;
    const entry = { at: Date.now(), role, pid: remotePid, executable, act, detail };
    this.#emit("auditRecorded", this.#log.record(entry));
  }

  /** What has happened without a caller who could be told that it cannot be written down: never throws. */
  happened(actor: Actor, act: string, detail: string): void {
    try {
      this.record(actor, act, detail);
    } catch (error) {
      this.#failed(`the audit log cannot be written (${sentenceOf(error)}): ${act} ${detail}`);
    }
  }

  /** An act that was refused. Whoever tries again and again does not fill the database: a few a minute stand for all. */
  refused(actor: Actor, act: string, detail: string): void {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.#refusedIn) {
      this.#refusedIn = minute;
      this.#refusedCount = 0;
    }
    this.#refusedCount += 1;
    if (this.#refusedCount <= MOST_REFUSED) this.happened(actor, act, detail.slice(0, 500));
  }

  list: AuditLog["list"] = (query) => this.#log.list(query);
}
