import type { Change } from "../../../shared/model/question.ts";

/** A change in words, for the person who decides about it. */
export function titleOf(change: Change): string {
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
    case "client.revoke":
      return `Revoke the client ${change.name}`;
    case "client.update":
      return `Change the client ${change.name}`;
    case "profile.set":
      return `Save the profile ${change.name}`;
    case "profile.remove":
      return `Remove the profile ${change.name}`;
    case "rule.add":
      return "Add a rule";
    case "rule.replace":
      return `Change the rule ${change.id}`;
    case "rule.remove":
      return `Remove the rule ${change.id}`;
    case "rule.move":
      return `Move the rule ${change.id} to place ${change.to + 1}`;
    case "pins.accept":
      return `Accept what ${change.ids.length} tools or texts of servers say now`;
    case "settings.set": {
      const parts = [
        ...(change.port === undefined ? [] : [`listen on port ${change.port}`]),
        ...(change.consentDefault === undefined
          ? []
          : [`${change.consentDefault} calls that no rule covers`]),
      ];
      return `Change the settings: ${parts.join(", ")}`;
    }
  }
}
