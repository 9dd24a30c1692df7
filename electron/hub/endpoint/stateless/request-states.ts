import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Envelope } from "../../../core/jsonrpc/envelope.ts";
import {
  hashParams,
  openState,
  type StateBinding,
  type StateFault,
  type StatePayload,
  sealState,
} from "../../../core/mcp/stateless-era/request-state.ts";

/** How long a client may take to come back with what was asked for, in milliseconds. */
export const STATE_LIFE_MS = 10 * 60_000;

/** The hub's signed request states: of one request of one client, for a while, taken once. */
export class RequestStates {
  readonly #key: Buffer;
  /** The nonces already taken, with the time from which on they need not be remembered. */
  readonly #taken = new Map<string, number>();

  /** `homeKey` is the home's own secret; the states' key is derived from it. */
  constructor(homeKey: Uint8Array) {
    this.#key = createHmac("sha256", homeKey).update("request-state").digest();
  }

  /** A new state; `upstream` is what the hub needs to find its way back. */
  seal(binding: StateBinding, upstream: string): string {
    const payload = {
      ...binding,
      upstream,
      expiresAt: Date.now() + STATE_LIFE_MS,
      nonce: randomBytes(12).toString("base64url"),
    };
    return sealState(payload, (bytes) => this.#mac(bytes));
  }

  open(text: string, binding: StateBinding): StatePayload | StateFault {
    const now = Date.now();
    return openState(text, {
      now,
      binding,
      verify: (bytes, mac) => {
        const expected = this.#mac(bytes);
        return mac.length === expected.length && timingSafeEqual(mac, expected);
      },
      take: (nonce, expiresAt) => {
        for (const [old, until] of this.#taken) if (until <= now) this.#taken.delete(old);
        if (this.#taken.has(nonce)) return false;
        this.#taken.set(nonce, expiresAt);
        return true;
      },
    });
  }

  #mac(bytes: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(bytes).digest();
  }
}

/** The hash of what a request asks for, whichever round it is. */
export function paramsHash(bytes: Uint8Array, envelope: Envelope): string {
  return hashParams(bytes, envelope, (pieces) => {
    const hash = createHash("sha256");
    for (const piece of pieces) hash.update(piece);
    return hash.digest("base64url");
  });
}
