import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { Edit } from "../../core/jsonrpc/splice.ts";
import { downgradeError, downgradeResult } from "../../core/mcp/stateless-era/downgrade.ts";
import type { ParamsChange } from "../../core/mcp/stateless-era/edits.ts";
import { upgradedRequest } from "../../core/mcp/stateless-era/upgrade.ts";
import type { ServerEra } from "../servers/era.ts";
import type { Session } from "../sessions.ts";

/** What a call needs between its client's era and its server's, which is known only when the server runs. */
export interface CallCodec {
  /** What changes in the request's params; undefined when nothing does. */
  change(era: ServerEra): ParamsChange | undefined;
  /** What changes in the server's answer; undefined when such an answer cannot be given to the client. */
  answer(bytes: Buffer, answer: Envelope, era: ServerEra): readonly Edit[] | undefined;
}

const NO_EDITS: readonly Edit[] = [];

/** For a client of the session era: nothing changes towards servers of its own era. */
export function sessionCodec(session: Session, method: string): CallCodec {
  return {
    change(era) {
      if (era.kind === "session") return undefined;
      return upgradedRequest({
        version: era.version,
        capabilities: new TextEncoder().encode(session.stored.capabilities),
        clientInfo: new TextEncoder().encode(session.stored.clientInfo),
        logLevel: session.logLevel,
      });
    },
    answer(bytes, answer, era) {
      if (era.kind === "session") return NO_EDITS;
      return answer.kind === "error"
        ? downgradeError(method, bytes, answer)
        : downgradeResult(method, bytes, answer);
    },
  };
}
