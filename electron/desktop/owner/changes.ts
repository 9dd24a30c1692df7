import { clientUpdateInWords, profileInWords } from "../../../shared/change-words.ts";
import type { ControlClient } from "../../../shared/control-client.ts";
import { launchOf } from "../../../shared/model/launch.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";
import { type Moved, moveSecrets } from "../../../shared/plain-secrets.ts";

export interface Consequences {
  /** What would run. */
  readonly launch: Launch | null;
  readonly warnings: readonly string[];
  /** What is changed and how, a line each: a rule by what it says, a client by what it was. */
  readonly says: readonly string[];
}

/** What a change comes to; the launch is read off the very config that will be added, a rule off the change itself. */
export async function consequencesOf(client: ControlClient, change: Change): Promise<Consequences> {
  if (change.type === "server.add") {
    const text = JSON.stringify({ mcpServers: { [change.name]: change.config } });
    const { proposals } = await client.call("servers.parse", { text });
    const warnings = proposals.flatMap((proposal) => proposal.warnings);
    if (change.keychain !== true) return { launch: launchOf(change.config), warnings, says: [] };
    const known = await client.call("secrets.list", {});
    const moved = moveSecrets(
      change.name,
      change.config,
      known.secrets.map(({ name }) => name),
    );
    return { launch: launchOf(moved.config), warnings, says: movedInWords(moved, known.store) };
  }
  if (change.type === "server.enable") {
    const { launch } = await client.call("servers.get", { name: change.name });
    return { launch, warnings: [], says: [] };
  }
  return { launch: null, warnings: [], says: await saysOf(client, change) };
}

const NEW_PASSPHRASE = "Secrets are encrypted under it. Nobody can recover it: without it they are lost.";

/** Where each credential goes, a line each. */
const movedInWords = ({ secrets }: Moved, store: "keychain" | "file"): string[] =>
  secrets.length === 0
    ? []
    : [
        `Credentials go to ${store === "file" ? "the file of secrets" : "the keychain"}, out of gatehouse.json:`,
        ...secrets.map(({ place, name }) => `${place} → \${secret:${name}}`),
      ];

async function saysOf(client: ControlClient, change: Change): Promise<string[]> {
  switch (change.type) {
    case "client.update":
      return clientUpdateInWords(await client.call("clients.get", { name: change.name }), change);
    case "profile.set":
      return profileInWords(change.profile);
    case "secret.unlock":
      return (await client.call("secrets.status", {})).state === "new" ? [NEW_PASSPHRASE] : [];
    case "server.moveSecrets":
      return (await client.call("servers.get", { name: change.name })).plainSecrets
        .filter(({ movable }) => movable)
        .map(({ place }) => place);
    case "secret.set":
    case "secret.remove": {
      const { secrets } = await client.call("secrets.list", {});
      return secrets.find(({ name }) => name === change.name)?.servers ?? [];
    }
    case "rule.add":
      return [(await client.call("rules.words", { rule: change.rule })).words];
    case "rule.replace": {
      const { words } = await client.call("rules.words", { rule: change.rule });
      return [`Now: ${await ruleWords(client, change.id)}`, "", `Then: ${words}`];
    }
    case "rule.remove":
    case "rule.move":
      return [await ruleWords(client, change.id)];
    default:
      return [];
  }
}

/** What a rule in force says; its id where there is none any more. */
async function ruleWords(client: ControlClient, id: string): Promise<string> {
  const { rules } = await client.call("rules.list", {});
  return rules.find((rule) => rule.id === id)?.words ?? id;
}

/** Makes an approved change in the owner role; `trust` goes with a server that is added. Rejects with GatehouseError. */
export async function applyChange(client: ControlClient, change: Change, trust: boolean): Promise<void> {
  switch (change.type) {
    case "server.add":
      await client.call("servers.add", {
        name: change.name,
        config: change.config,
        trust,
        keychain: change.keychain === true,
      });
      return;
    case "server.moveSecrets":
      await client.call("servers.moveSecrets", { name: change.name });
      return;
    case "server.remove":
      await client.call("servers.remove", { name: change.name });
      return;
    case "server.enable":
      await client.call("servers.enable", { name: change.name });
      return;
    case "server.disable":
      await client.call("servers.disable", { name: change.name });
      return;
    case "server.restart":
      await client.call("servers.restart", { name: change.name });
      return;
    case "client.add":
      await client.call("clients.addConnect", { name: change.name, profile: change.profile });
      return;
    case "client.revoke":
      await client.call("clients.revoke", { name: change.name });
      return;
    case "client.update": {
      const { type: _, ...update } = change;
      await client.call("clients.update", update);
      return;
    }
    case "profile.set":
      await client.call("profiles.set", { name: change.name, profile: change.profile });
      return;
    case "profile.remove":
      await client.call("profiles.remove", { name: change.name });
      return;
    case "secret.set":
      await client.call("secrets.set", { name: change.name, value: change.value });
      return;
    case "secret.remove":
      await client.call("secrets.remove", { name: change.name });
      return;
    case "secret.unlock":
      await client.call("secrets.unlock", { passphrase: change.passphrase });
      return;
    case "rule.add":
      await client.call("rules.add", { rule: change.rule, at: change.at });
      return;
    case "rule.replace":
      await client.call("rules.replace", { id: change.id, rule: change.rule });
      return;
    case "rule.remove":
      await client.call("rules.remove", { id: change.id });
      return;
    case "rule.move":
      await client.call("rules.move", { id: change.id, to: change.to });
      return;
    case "pins.accept":
      await client.call("pins.accept", { ids: change.ids });
      return;
    case "settings.set": {
      const { type: _, ...settings } = change;
      await client.call("settings.set", settings);
    }
  }
}
