import type { OpenPairing, PairingVerdict } from "../../hub/ports/pairing.ts";
import type { Timers } from "../timers.ts";

/** How long a request of the waiting page is held before it is answered with the page again, in milliseconds. */
const HOLD_MILLISECONDS = 25_000;
/** Without a sign of the browser for so long, whoever asked has gone. A held request that breaks off is such a sign. */
const GONE_AFTER = 90_000;
const BROKEN_OFF_AFTER = 8_000;

/** A login that a browser waits for. */
interface Waiting {
  readonly open: OpenPairing;
  verdict: PairingVerdict | undefined;
  held: number;
  cancelTimer: () => void;
}

/** The logins that wait for the person, by the interaction's id, and whether their browser still does. */
export class Logins {
  readonly #timers: Timers;
  readonly #waiting = new Map<string, Waiting>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  has(uid: string): boolean {
    return this.#waiting.has(uid);
  }

  add(uid: string, open: OpenPairing): void {
    const waiting: Waiting = { open, verdict: undefined, held: 0, cancelTimer: () => {} };
    this.#waiting.set(uid, waiting);
    void open.verdict.then((verdict) => {
      waiting.verdict = verdict;
    });
    this.#expect(uid, waiting, GONE_AFTER);
  }

  /** The verdict, if it is there already, or comes while this request is held; undefined when it is still awaited. */
  async verdict(uid: string, hold: boolean, broken: AbortSignal): Promise<PairingVerdict | undefined> {
    const waiting = this.#waiting.get(uid);
    if (waiting === undefined) return undefined;
    if (hold && waiting.verdict === undefined) await this.#hold(uid, waiting, broken);
    return waiting.verdict;
  }

  /** The login is over. */
  remove(uid: string): void {
    this.#waiting.get(uid)?.cancelTimer();
    this.#waiting.delete(uid);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const [uid, { open }] of this.#waiting) {
      this.remove(uid);
      open.withdraw();
    }
  }

  async #hold(uid: string, waiting: Waiting, broken: AbortSignal): Promise<void> {
    waiting.held += 1;
    waiting.cancelTimer();
    let cancelHold = (): void => {};
    await Promise.race([
      waiting.open.verdict,
      new Promise<void>((resolve) => {
        cancelHold = this.#timers.after(HOLD_MILLISECONDS, resolve);
        if (broken.aborted) resolve();
        else broken.addEventListener("abort", () => resolve(), { once: true });
      }),
    ]);
    cancelHold();
    waiting.held -= 1;
    if (waiting.held === 0) this.#expect(uid, waiting, broken.aborted ? BROKEN_OFF_AFTER : GONE_AFTER);
  }

  #expect(uid: string, waiting: Waiting, within: number): void {
    waiting.cancelTimer();
    waiting.cancelTimer = this.#timers.after(within, () => {
      this.#waiting.delete(uid);
      waiting.open.withdraw();
    });
  }
}
