import { OWN_CLIENT } from "../../../shared/model/call.ts";
import type { ClientIdentity } from "../ports/endpoint.ts";

/** Who makes the calls that the person makes from the window or the command line. */
export class OwnClient implements ClientIdentity {
  /** No client in the store has it. */
  readonly id = "own";
  readonly name = OWN_CLIENT;
  readonly profile = null;
  readonly asks: "always" | "unless-read-only";

  /** `trusted`: asked for in the desktop's own window, where tools that only read need no question. */
  constructor(trusted: boolean) {
    this.asks = trusted ? "unless-read-only" : "always";
  }
}
