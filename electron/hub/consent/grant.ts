import { randomBytes } from "node:crypto";
import type { Offer } from "../../../shared/model/consent.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { type HeldGrant, HOUR_MS, ONCE_MS } from "../../core/consent/grants.ts";
import { OF_CLIENT } from "./answers.ts";
import type { Asked } from "./waiter.ts";

/** What an answer for longer makes: without an offer it is for exactly the call that was asked about. */
export function grantOf(
  { key, question, by }: Asked,
  scope: HeldGrant["scope"],
  offer: Offer | undefined,
  now: number,
): HeldGrant {
  const rule: Rule = offer?.rule ?? { server: key.server, method: key.method, decision: "allow" };
  const lasts = scope === "once" ? ONCE_MS : scope === "hour" ? HOUR_MS : undefined;
  return {
    id: `g-${randomBytes(5).toString("hex")}`,
    client: key.client,
    clientName: question.client ?? "",
    scope,
    session: scope === "hour" ? null : key.session,
    sessionLabel: scope === "hour" ? null : (question.call?.session ?? null),
    rule,
    hash: scope === "once" ? key.hash : null,
    askedBy: by,
    words: offer?.words ?? `Exactly this call of ${key.target} on ${key.server}, once`,
    grantedAt: now,
    expiresAt: lasts === undefined ? null : now + lasts,
    idles: scope === "session" && key.session.startsWith(OF_CLIENT),
    uses: 0,
    lastUsedAt: null,
  };
}
