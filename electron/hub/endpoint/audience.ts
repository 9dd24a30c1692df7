import { LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { Listener } from "../catalog-service.ts";
import type { Identities } from "../identities.ts";
import type { Session, Sessions } from "../sessions.ts";
import { eyesOf } from "./scopes.ts";
import type { Listeners } from "./stateless/listen.ts";

/**
 * Everybody who is told of changed lists: the live sessions, and the listen streams that have asked for it. With
 * `clientId`, only those of one client.
 */
export function* audience(
  sessions: Sessions,
  listeners: Listeners,
  identities: Identities,
  clientId?: string,
): Generator<Listener> {
  const isMeant = ({ stored }: Session): boolean => clientId === undefined || stored.clientId === clientId;
  for (const session of sessions.live())
    if (isMeant(session))
      yield { ...eyesOf(session.stored, identities), tell: (kinds) => pushChanges(session, kinds) };
  for (const { session, wanted } of listeners.open())
    if (isMeant(session))
      yield {
        ...eyesOf(session.stored, identities),
        tell: (kinds) => pushChanges(session, kinds.filter(wanted)),
      };
}

function pushChanges(session: Session, kinds: readonly ListKind[]): void {
  for (const method of new Set(kinds.map((kind) => LISTS[kind].changed)))
    session.push([encodeJson({ jsonrpc: "2.0", method })]);
}
