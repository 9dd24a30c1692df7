import { LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { Listener } from "../catalog-service.ts";
import type { Identities } from "../identities.ts";
import { type Session, type Sessions, scopeOf } from "../sessions.ts";
import { profileNow } from "./scopes.ts";
import type { Listeners } from "./stateless/listen.ts";

/** Everybody who is told of changed lists: the live sessions, and the listen streams that have asked for it. */
export function* audience(
  sessions: Sessions,
  listeners: Listeners,
  identities: Identities,
): Generator<Listener> {
  const profileFor = ({ stored }: Session): string | null =>
    profileNow(scopeOf(stored.scope), stored.clientId, identities);
  for (const session of sessions.live())
    yield {
      scope: scopeOf(session.stored.scope),
      profile: profileFor(session),
      tell: (kinds) => pushChanges(session, kinds),
    };
  for (const { session, wanted } of listeners.open())
    yield {
      scope: scopeOf(session.stored.scope),
      profile: profileFor(session),
      tell: (kinds) => pushChanges(session, kinds.filter(wanted)),
    };
}

function pushChanges(session: Session, kinds: readonly ListKind[]): void {
  for (const method of new Set(kinds.map((kind) => LISTS[kind].changed)))
    session.push([encodeJson({ jsonrpc: "2.0", method })]);
}
