import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { Edit } from "../../core/jsonrpc/splice.ts";
import { downgradeError, downgradeResult } from "../../core/mcp/stateless-era/downgrade.ts";
import { combine, type ParamsChange, paramsEdits } from "../../core/mcp/stateless-era/edits.ts";
import { type Asker, upgradedRequest } from "../../core/mcp/stateless-era/upgrade.ts";
import type { ServerEra } from "../servers/era.ts";
import type { Session } from "../sessions.ts";

/** What a call needs between its client's era and its server's, which is known only when the server runs. */
export interface CallCodec {
  /** What changes in the request; `more` is what else changes in its params: a further round's answers, a task. */
  request(bytes: Buffer, envelope: Envelope, era: ServerEra, more: ParamsChange | undefined): readonly Edit[];
  /** What changes in the server's answer; undefined when such an answer cannot be given to the client. */
  answer(bytes: Buffer, answer: Envelope, era: ServerEra): readonly Edit[] | undefined;
}

const NO_EDITS: readonly Edit[] = [];

/** A session's client as it asks a stateless server. */
export function sessionAsker(session: Session, version: string): Asker {
  return {
    version,
    capabilities: new TextEncoder().encode(session.stored.capabilities),
    clientInfo: new TextEncoder().encode(session.stored.clientInfo),
    logLevel: session.logLevel,
  };
}

interface KnownAsker {
  readonly version: string;
  readonly logLevel: Session["logLevel"];
  readonly change: ParamsChange;
}

const knownAskers = new WeakMap<Session, KnownAsker>();

/** What every request of a session gains towards a stateless server: made once, and again when its log level changes. */
function askerChange(session: Session, version: string): ParamsChange {
  const { logLevel } = session;
  const known = knownAskers.get(session);
  if (known !== undefined && known.version === version && known.logLevel === logLevel) return known.change;
  const change = upgradedRequest(sessionAsker(session, version));
  knownAskers.set(session, { version, logLevel, change });
  return change;
}

/** For a client of the session era: nothing changes towards servers of its own era. */
export function sessionCodec(session: Session, method: string): CallCodec {
  return {
    request(bytes, envelope, era, more) {
      if (era.kind === "session") return more === undefined ? NO_EDITS : paramsEdits(bytes, envelope, more);
      const asker = askerChange(session, era.version);
      return paramsEdits(bytes, envelope, more === undefined ? asker : combine(asker, more));
    },
    answer(bytes, answer, era) {
      if (era.kind === "session") return NO_EDITS;
      return answer.kind === "error"
        ? downgradeError(method, bytes, answer)
        : downgradeResult(method, bytes, answer);
    },
  };
}
