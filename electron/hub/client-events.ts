import type { ClientAccess } from "./client-access.ts";
import { type ClientActivity, claimOf } from "./client-activity.ts";
import type { Consent } from "./consent/consent.ts";
import type { Broadcaster } from "./control/broadcaster.ts";
import type { Identities } from "./identities.ts";
import type { PairingDesk } from "./pairing/pairing.ts";

interface Parts {
  readonly identities: Identities;
  readonly activity: ClientActivity;
  readonly access: ClientAccess;
  readonly consent: Pick<Consent, "clientRevoked">;
  readonly pairing: () => Pick<PairingDesk, "clientRevoked">;
  readonly broadcaster: Broadcaster;
}

/** What else has to know when a client is made, changed or revoked, or says what program it is. */
export function clientEvents({ identities, activity, access, consent, pairing, broadcaster }: Parts): void {
  identities.onChanged = (client, before) => {
    if (client.revokedAt !== null) {
      consent.clientRevoked(client.id);
      access.revoked(client);
      pairing().clientRevoked(client);
    } else if (before !== undefined && before.profile !== client.profile)
      access.moved(client, before.profile);
    broadcaster.emit("clientChanged", identities.describe(client, activity.countOf(client.id)));
  };
  activity.onProgram = (clientId, { clientInfo }) => identities.claims(clientId, claimOf(clientInfo));
}
