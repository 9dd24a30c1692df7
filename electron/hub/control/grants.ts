import { GatehouseError } from "../../../shared/errors.ts";
import type { Grant } from "../../../shared/model/consent.ts";
import type { HeldGrant } from "../../core/consent/grants.ts";
import type { HubState } from "../state.ts";
import type { Handlers } from "./control-endpoint.ts";

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const viewOf = (grant: HeldGrant): Grant => ({
  id: grant.id,
  client: grant.clientName,
  session: grant.sessionLabel,
  words: grant.words,
  scope: grant.scope,
  expiresAt: iso(grant.expiresAt),
  grantedAt: new Date(grant.grantedAt).toISOString(),
  uses: grant.uses,
  lastUsedAt: iso(grant.lastUsedAt),
});

/** The methods about grants. Anybody may take one back: that only makes the hub ask again. */
export function grantHandlers(state: HubState): Pick<Handlers, "grants.list" | "grants.revoke"> {
  const { grants } = state.consent;
  return {
    "grants.list": () => ({ grants: grants.list(state.consent.now()).map(viewOf) }),
    "grants.revoke": ({ id }, caller) => {
      const grant = grants.revoke(id);
      if (grant === undefined)
        throw new GatehouseError(
          "not_found",
          `there is no grant ${id.slice(0, 60)}`,
          "It may have ended already.",
        );
      state.audit.record(caller, "grant.revoke", `${grant.id} ${grant.scope}: ${grant.words}`);
      state.broadcaster.emit("rulesChanged", {});
      return { ok: true };
    },
  };
}
