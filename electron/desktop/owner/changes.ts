import type { ControlClient } from "../../../shared/control-client.ts";
import { launchOf } from "../../../shared/model/launch.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";

/** What would run after a change, and what to beware of; the launch is read off the very config that will be added. */
export async function consequencesOf(
  client: ControlClient,
  change: Change,
): Promise<{ launch: Launch | null; warnings: readonly string[] }> {
  if (change.type === "server.add") {
    const text = JSON.stringify({ mcpServers: { [change.name]: change.config } });
    const { proposals } = await client.call("servers.parse", { text });
    return { launch: launchOf(change.config), warnings: proposals.flatMap((proposal) => proposal.warnings) };
  }
  if (change.type === "server.enable") {
    const { launch } = await client.call("servers.get", { name: change.name });
    return { launch, warnings: [] };
  }
  return { launch: null, warnings: [] };
}

/** Makes an approved change in the owner role; `trust` goes with a server that is added. Rejects with GatehouseError. */
export async function applyChange(client: ControlClient, change: Change, trust: boolean): Promise<void> {
  switch (change.type) {
    case "server.add":
      await client.call("servers.add", { name: change.name, config: change.config, trust });
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
