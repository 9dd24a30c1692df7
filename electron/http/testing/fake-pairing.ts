import type {
  IssuedToken,
  OAuthStore,
  PairingEndpoint,
  PairingRequest,
  PairingVerdict,
} from "../../hub/ports/pairing.ts";
import { Inbox } from "./kit.ts";

/** A question that the test answers. */
export interface AskedPairing {
  readonly request: PairingRequest;
  answer(verdict: PairingVerdict): void;
  readonly withdrawn: boolean;
}

/** A pairing desk in memory. */
export class FakePairing implements PairingEndpoint {
  readonly cookieKey = Buffer.alloc(32, 7);
  readonly store: OAuthStore;
  readonly asked = new Inbox<AskedPairing>();
  readonly tokens = new Map<string, IssuedToken>();
  readonly revoked = new Set<string>();
  /** When set, the next questions are refused with it. */
  refuseWith: Error | undefined;

  constructor(store: OAuthStore) {
    this.store = store;
  }

  isAlive(client: string): boolean {
    return !this.revoked.has(client);
  }

  tokenIssued(token: IssuedToken): void {
    this.tokens.set(token.hash.toString("hex"), token);
  }

  tokenRevoked(hash: Buffer): void {
    this.tokens.delete(hash.toString("hex"));
  }

  ask(request: PairingRequest): ReturnType<PairingEndpoint["ask"]> {
    if (this.refuseWith !== undefined) throw this.refuseWith;
    let settle: (verdict: PairingVerdict) => void = () => {};
    let withdrawn = false;
    const verdict = new Promise<PairingVerdict>((resolve) => {
      settle = resolve;
    });
    this.asked.add({
      request,
      answer: (given) => settle(given),
      get withdrawn() {
        return withdrawn;
      },
    });
    return {
      question: "q-1",
      verdict,
      withdraw() {
        withdrawn = true;
        settle({ allowed: false });
      },
    };
  }
}
