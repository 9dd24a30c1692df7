import type { Emit } from "./control/broadcaster.ts";
import type { ControlCaller } from "./ports/endpoint.ts";
import type { AuditLog } from "./ports/storage.ts";

/** Who does an administrative act; `role` as in AuditEntry. */
export interface Actor extends ControlCaller {
  readonly role: string;
}

/** The file itself: somebody has edited gatehouse.json by hand. */
export const BY_FILE: Actor = { role: "file", remotePid: null, executable: null };

/** Where every administrative act is written down, at once and before it is told. */
export class Audit {
  readonly #log: AuditLog;
  readonly #emit: Emit;

  constructor(log: AuditLog, emit: Emit) {
    this.#log = log;
    this.#emit = emit;
  }

  /** `act` such as "client.add"; `detail` says what of, without any secret. */
  record(actor: Actor, act: string, detail: string): void {
    const { role, remotePid, executable } = actor;
    const entry = { at: Date.now(), role, pid: remotePid, executable, act, detail };
    this.#emit("auditRecorded", this.#log.record(entry));
  }

  list: AuditLog["list"] = (query) => this.#log.list(query);
}
