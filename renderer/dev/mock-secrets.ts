/** The mock hub's secrets and sign-ins: enough to see every state of their screens. */
import type { Broadcast, BroadcastData, Result } from "../../shared/contract.ts";
import { GatehouseError } from "../../shared/errors.ts";
import type { Change } from "../../shared/model/question.ts";
import type { Secret } from "../../shared/model/secret.ts";

export interface MockSecretsOptions {
  readonly scenario: string;
  broadcast<B extends Broadcast>(name: B, data: BroadcastData<B>): void;
}

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Creates the state; `answer` gives undefined for a method of others. */
export function createMockSecrets({ scenario, broadcast }: MockSecretsOptions) {
  let secrets: Secret[] =
    scenario === "empty"
      ? []
      : [
          { name: "database-password", setAt: null, servers: ["postgres"] },
          { name: "github-token", setAt: ago(12), servers: ["github"] },
          { name: "linear-key", setAt: ago(0.02), servers: ["linear", "sentry", "sequential-thinking"] },
          { name: "old-weather-key", setAt: ago(190), servers: [] },
        ];
  let store: "keychain" | "file" = scenario === "asking" ? "file" : "keychain";
  let state: Result<"secrets.status">["state"] =
    scenario === "asking" ? "locked" : scenario === "hostile" ? "unavailable" : "ready";
  const open = new Map<string, { server: string; account: string }>();
  return {
    apply(change: Change): void {
      if (change.type === "secret.set") {
        const before = secrets.find(({ name }) => name === change.name);
        const set = { name: change.name, setAt: new Date().toISOString(), servers: before?.servers ?? [] };
        secrets = [...secrets.filter(({ name }) => name !== change.name), set];
      } else if (change.type === "secret.remove") {
        secrets = secrets.flatMap((secret) =>
          secret.name !== change.name
            ? [secret]
            : secret.servers.length === 0
              ? []
              : [{ ...secret, setAt: null }],
        );
      } else if (change.type === "secret.unlock") state = "ready";
      else if (change.type === "settings.set" && change.secretStore !== undefined) {
        store = change.secretStore;
        state = store === "file" ? "new" : "ready";
      } else return;
      broadcast("secretsChanged", {});
    },
    answer(method: string, params: unknown): unknown {
      const {
        name = "",
        account = "default",
        id = "",
      } = params as { name?: string; account?: string; id?: string };
      switch (method) {
        case "secrets.list":
          if (scenario === "failing")
            throw new GatehouseError(
              "secrets_unavailable",
              "the list of secrets' names cannot be read: it is no JSON",
              "Restore that file, or remove it and set the secrets again.",
            );
          return { store, secrets };
        case "secrets.status":
          return {
            store,
            state,
            problem:
              state === "unavailable"
                ? {
                    code: "secrets_unavailable",
                    message: "no Secret Service answers on this machine",
                    advice:
                      "Install and start a keyring (gnome-keyring or KWallet); or keep secrets in a file.",
                  }
                : null,
          };
        case "servers.signIn": {
          if (name === "sentry")
            throw new GatehouseError(
              "sign_in_failed",
              "signing in to sentry is not possible: the issuer answers with 503",
              "Try again in a moment.",
            );
          const made = `signin-${open.size + 1}`;
          open.set(made, { server: name, account });
          return { id: made, url: "https://login.linear.example/authorize?client_id=gatehouse", done: false };
        }
        case "servers.cancelSignIn": {
          const found = open.get(id);
          open.delete(id);
          if (found !== undefined)
            broadcast("signInChanged", { id, ...found, state: "cancelled", message: "you gave it up" });
          return { ok: true };
        }
        case "servers.signOut":
          return { ok: true, revoked: true };
        default:
          return undefined;
      }
    },
  };
}
