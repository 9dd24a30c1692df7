import { GatehouseError } from "../../../shared/errors.ts";
import { readConnectToken } from "../../hub/home/connect-token.ts";
import { sleep } from "./sleep.ts";

/**
 * The token of this bridge's client: from its file in the home folder, which the hub writes when the client is let in.
 * It is never in an argument or in an environment.
 */
export class ClientToken {
  readonly #home: string;
  readonly #client: string;
  readonly #askForIt: (signal: AbortSignal) => Promise<void>;
  readonly #closed = new AbortController();
  #token: string | undefined;
  #asking: Promise<void> | undefined;
  /** The person's no: they are not asked again by the next message. */
  #denied: GatehouseError | undefined;

  /** `askForIt` has the hub write the file; it rejects with a GatehouseError when that is refused. */
  constructor(home: string, client: string, askForIt: (signal: AbortSignal) => Promise<void>) {
    this.#home = home;
    this.#client = client;
    this.#askForIt = askForIt;
  }

  /** The token. While the hub runs; rejects with GatehouseError when it is refused, or not given until then. */
  async get(until: number, signal: AbortSignal): Promise<string> {
    this.#token ??= readConnectToken(this.#home, this.#client);
    if (this.#token !== undefined) return this.#token;
    if (this.#denied !== undefined) throw this.#denied;
    this.#asking ??= this.#ask();
    const asking = this.#asking;
    const late = new AbortController();
    const giveUp = (): void => late.abort();
    signal.addEventListener("abort", giveUp);
    try {
      await Promise.race([asking, sleep(Math.max(0, until - Date.now()), late.signal)]);
    } finally {
      signal.removeEventListener("abort", giveUp);
      late.abort();
    }
    signal.throwIfAborted();
    this.#token = readConnectToken(this.#home, this.#client);
    if (this.#token === undefined) throw this.#asking === undefined ? this.#lacking() : this.#waiting();
    return this.#token;
  }

  /** The hub has refused this token; true when there is another one by now. */
  refused(token: string): boolean {
    const now = readConnectToken(this.#home, this.#client);
    if (now === undefined || now === token) return false;
    this.#token = now;
    return true;
  }

  /** Why the hub takes the token no more. */
  revoked(): GatehouseError {
    return new GatehouseError(
      "unauthorized",
      `the client ${this.#client} was revoked, or its token is unknown to this hub`,
      `To let it in again: gatehouse client add ${this.#client} --connect`,
    );
  }

  close(): void {
    this.#closed.abort();
  }

  #ask(): Promise<void> {
    const asking = this.#askForIt(this.#closed.signal)
      .catch((error: unknown) => {
        if (error instanceof GatehouseError && error.code === "forbidden") this.#denied = error;
        throw error;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    // Nobody may be waiting any more when it fails.
    asking.catch(() => {});
    return asking;
  }

  #lacking(): GatehouseError {
    return new GatehouseError(
      "unauthorized",
      `the client ${this.#client} has no token`,
      `Let it in with: gatehouse client add ${this.#client} --connect`,
    );
  }

  #waiting(): GatehouseError {
    return new GatehouseError(
      "unauthorized",
      `Gatehouse asks whether the client ${this.#client} may connect, and nobody has answered yet`,
      "Approve it in the app (or see `gatehouse pending`), then try again.",
    );
  }
}
