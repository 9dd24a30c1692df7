import { clientUpdateInWords, profileInWords } from "../../../shared/change-words.ts";
import type { Change } from "../../../shared/model/question.ts";
import { ruleInWords } from "../../core/policy/words.ts";
import { ruleIds } from "../rules/rule-ids.ts";
import type { HubState } from "../state.ts";

/** What a title needs to know of the hub as it is. */
export type TitleState = {
  readonly store: { readonly config: Pick<HubState["store"]["config"], "rules"> };
  readonly identities: Pick<HubState["identities"], "find">;
};

/** A change in words, for the person who decides about it: a rule by what it says, a client by what it was. */
export function titleOf(change: Change, state: TitleState): string {
  switch (change.type) {
    case "server.add":
      return `Add the server ${change.name}`;
    case "server.remove":
      return `Remove the server ${change.name}`;
    case "server.enable":
      return `Enable the server ${change.name}`;
    case "server.disable":
      return `Disable the server ${change.name}`;
    case "server.restart":
      return `Restart the server ${change.name}`;
    case "client.add":
      return `Let ${change.name} connect over stdio${change.profile === null ? "" : `, with the profile ${change.profile}`}`;
    case "client.revoke":
      return `Revoke the client ${change.name}`;
    case "client.update":
      return `Change the client ${change.name}: ${clientUpdateInWords(state.identities.find(change.name) ?? null, change).join(", ") || "nothing"}`;
    case "profile.set":
      return `Save the profile ${change.name}: ${profileInWords(change.profile).join(" ")}`;
    case "profile.remove":
      return `Remove the profile ${change.name}`;
    case "secret.set":
      return `Set the secret ${change.name}`;
    case "server.moveSecrets":
      return `Move the credentials of the server ${change.name} out of gatehouse.json, to where secrets are kept`;
    case "secret.unlock":
      return "Open the file of secrets";
    case "secret.remove":
      return `Remove the secret ${change.name}`;
    case "rule.add":
      return `Add the rule${placeOf(change.at)}: ${ruleInWords(change.rule)}`;
    case "rule.replace":
      return `Change the rule “${saidBy(change.id, state)}” to: ${ruleInWords(change.rule)}`;
    case "rule.remove":
      return `Remove the rule: ${saidBy(change.id, state)}`;
    case "rule.move":
      return `Move to place ${change.to + 1} the rule: ${saidBy(change.id, state)}`;
    case "pins.accept":
      return `Accept what ${change.ids.length} tools or texts of servers say now`;
    case "settings.set": {
      const parts = [
        ...(change.port === undefined ? [] : [`listen on port ${change.port}`]),
        ...(change.consentDefault === undefined
          ? []
          : [`${change.consentDefault} calls that no rule covers`]),
        ...(change.secretStore === undefined
          ? []
          : [
              `keep secrets in ${change.secretStore === "file" ? "a file under a passphrase" : "the keychain"}`,
            ]),
      ];
      return `Change the settings: ${parts.join(", ")}`;
    }
  }
}

const placeOf = (at: number | undefined): string => (at === undefined ? "" : ` at place ${at + 1}`);

/** What a rule in force says; its id where there is none (any more). */
function saidBy(id: string, { store }: TitleState): string {
  const { rules } = store.config;
  const rule = rules[ruleIds(rules).indexOf(id)];
  return rule === undefined ? id.slice(0, 80) : ruleInWords(rule);
}
