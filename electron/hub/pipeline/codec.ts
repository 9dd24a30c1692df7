import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { Edit } from "../../core/jsonrpc/splice.ts";
import { downgradeError, downgradeResult } from "../../core/mcp/stateless-era/downgrade.ts";
import { combine, type ParamsChange, paramsEdits } from "../../core/mcp/stateless-era/edits.ts";
import { upgradedRequest } from "../../core/mcp/stateless-era/upgrade.ts";
import type { ServerEra } from "../servers/era.ts";
import type { Session } from "../sessions.ts";

/** What a call needs between its client's era and its server's, which is known only when the server runs. */
export interface CallCodec {
  /** What changes in the request; `answers` is what a further round adds to its params. */
  request(
    bytes: Buffer,
    envelope: Envelope,
    era: ServerEra,
    answers: ParamsChange | undefined,
  ): readonly Edit[];
  /** What changes in the server's answer; undefined when such an answer cannot be given to the client. */
  answer(bytes: Buffer, answer: Envelope, era: ServerEra): readonly Edit[] | undefined;
}

const NO_EDITS: readonly Edit[] = [];

/** For a client of the session era: nothing changes towards servers of its own era. */
export function sessionCodec(session: Session, method: string): CallCodec {
  return {
    request(bytes, envelope, era, answers) {
      if (era.kind === "session") return NO_EDITS;
      const asker = upgradedRequest({
        version: era.version,
        capabilities: new TextEncoder().encode(session.stored.capabilities),
        clientInfo: new TextEncoder().encode(session.stored.clientInfo),
        logLevel: session.logLevel,
      });
      return paramsEdits(bytes, envelope, answers === undefined ? asker : combine(asker, answers));
    },
    answer(bytes, answer, era) {
      if (era.kind === "session") return NO_EDITS;
      return answer.kind === "error"
        ? downgradeError(method, bytes, answer)
        : downgradeResult(method, bytes, answer);
    },
  };
}
