import { GatehouseError, sentenceOf } from "../../../../shared/errors.ts";
import { nameSchema, type ServerConfig } from "../../../../shared/model/config.ts";
import type { Secret, SecretStoreState } from "../../../../shared/model/secret.ts";
import { type Moved, moveSecrets } from "../../../../shared/plain-secrets.ts";
import { SHORTEST_REDACTED } from "../../../core/redact/disguises.ts";
import type { SecretsAccess } from "../../secrets/secrets-access.ts";
import { secretsOf, usesOfSecrets } from "../../secrets/uses.ts";
import type { ManagedServer } from "../../servers/managed-server.ts";
import type { HubState } from "../../state.ts";
import { forbidden, mayAllow } from "../access.ts";
import type { Caller, Handlers } from "../control-endpoint.ts";

/** What may be done with secrets. No value comes back from here, nor goes into what is recorded. */
export interface SecretActs {
  /** Resolves with the servers that are started anew with it, and whether it is long enough to be kept out of sight. */
  set(name: string, value: string, caller: Caller): Promise<{ restarted: string[]; redacted: boolean }>;
  /** Resolves with the servers that still name it. */
  remove(name: string, caller: Caller): Promise<{ servers: string[] }>;
  /** Opens the file store, or chooses its passphrase, which only who may configure does. */
  unlock(passphrase: string, caller: Caller): Promise<void>;
  /** What `take` would make of a server's configuration. */
  preview(server: string, config: ServerConfig): Promise<Moved>;
  /**
   * Sets what looks like a credential in a server's configuration as secrets, and has `write` keep the configuration
   * that refers to them (none, where there was nothing to move). Resolves with their names. Where one cannot be set or
   * `write` fails, none stays.
   */
  take(
    server: string,
    config: ServerConfig | null,
    caller: Caller,
    write: (config?: ServerConfig) => Promise<void>,
  ): Promise<string[]>;
}

/**
 * The acts on secrets, over the store that is configured at that moment; they reject with its errors. No value is
 * ever given back, logged or told.
 */
export function secretActs(state: HubState): SecretActs {
  const told = (caller: Caller, act: string, name: string): void => {
    state.audit.record(caller, act, name);
    state.broadcaster.emit("secretsChanged", {});
  };
  const preview = async (server: string, config: ServerConfig): Promise<Moved> => {
    const used = [...usesOfSecrets(state.store.config).keys()];
    const moved = moveSecrets(server, config);
    if (moved.secrets.length === 0) return moved;
    const stored = await storesOf(state).chosen.list("secret");
    return moveSecrets(server, config, [...used, ...stored.map(({ name }) => name)]);
  };
  return {
    preview,
    async take(server, config, caller, write) {
      const moved = config === null ? null : await preview(server, config);
      if (moved === null || moved.secrets.length === 0) {
        await write();
        return [];
      }
      const { chosen } = storesOf(state);
      const set: string[] = [];
      try {
        for (const { name, value } of moved.secrets) {
          await chosen.set("secret", name, value);
          set.push(name);
        }
        await write(moved.config);
      } catch (error) {
        for (const name of set) await chosen.remove("secret", name).catch(() => false);
        throw error;
      }
      for (const name of set) told(caller, "secret.set", name);
      return set;
    },
    async set(name, value, caller) {
      if (!nameSchema.safeParse(name).success)
        throw new GatehouseError(
          "bad_request",
          `"${name.slice(0, 80)}" is no usable name of a secret`,
          "Use letters, digits, '.', '_' and '-', at most 63, starting with a letter or digit.",
        );
      await storesOf(state).chosen.set("secret", name, value);
      told(caller, "secret.set", name);
      const users = state.servers.instances().filter(({ config }) => secretsOf(config).has(name));
      return { restarted: startAnew(state, users), redacted: value.length >= SHORTEST_REDACTED };
    },
    async unlock(passphrase, caller) {
      const { chosen, file } = storesOf(state);
      if (chosen.kind !== "file")
        throw new GatehouseError(
          "bad_request",
          "secrets are kept in the keychain, which has no passphrase here",
          'To keep them in a file, set "secrets": { "store": "file" } in gatehouse.json.',
        );
      const isNew = file.state === "new";
      // Who knows the passphrase may give it; choosing one is configuring.
      const desktop = state.desktopAttached();
      if (isNew && !mayAllow(caller.role, desktop))
        throw forbidden("choosing the passphrase", caller.role, desktop);
      await file.unlock(passphrase);
      state.audit.record(caller, isNew ? "secret.passphrase" : "secret.unlock", "");
      state.broadcaster.emit("secretsChanged", {});
      revive(state);
      void state.chainKey();
    },
    async remove(name, caller) {
      if (!(await storesOf(state).chosen.remove("secret", name)))
        throw new GatehouseError(
          "not_found",
          `there is no secret named ${name.slice(0, 80)}`,
          "See: gatehouse secret list",
        );
      told(caller, "secret.remove", name);
      return { servers: usesOfSecrets(state.store.config).get(name) ?? [] };
    },
  };
}

/**
 * The control API's methods about secrets: names, uses and state of the store, never values. They throw what the acts
 * throw.
 */
export function secretHandlers(
  state: HubState,
  act: SecretActs,
): Pick<Handlers, "secrets.list" | "secrets.status" | "secrets.set" | "secrets.remove" | "secrets.unlock"> {
  return {
    "secrets.list": async () => {
      const { chosen } = storesOf(state);
      const uses = usesOfSecrets(state.store.config);
      const stored = await chosen.list("secret");
      const secrets: Secret[] = stored.map(({ name, setAt }) => ({
        name,
        setAt: new Date(setAt).toISOString(),
        servers: uses.get(name) ?? [],
      }));
      const known = new Set(stored.map(({ name }) => name));
      for (const [name, servers] of uses) if (!known.has(name)) secrets.push({ name, setAt: null, servers });
      return { store: chosen.kind, secrets };
    },
    "secrets.status": () => statusOf(storesOf(state)),
    "secrets.set": ({ name, value }, caller) => act.set(name, value, caller),
    "secrets.remove": ({ name }, caller) => act.remove(name, caller),
    "secrets.unlock": async ({ passphrase }, caller) => {
      await act.unlock(passphrase, caller);
      return { ok: true };
    },
  };
}

async function statusOf({ chosen, file }: SecretsAccess): Promise<SecretStoreState> {
  const problem = await chosen.problem();
  const { kind } = chosen;
  if (problem === null) return { store: kind, state: "ready", problem };
  return {
    store: kind,
    state: kind === "file" && file.state !== "open" ? file.state : "unavailable",
    problem,
  };
}

/** Those that run are ended and started one after the other; those that have failed may try again. */
function startAnew(state: HubState, users: readonly ManagedServer[]): string[] {
  const running = users.filter(({ isUp }) => isUp);
  for (const server of users) if (server.hasFailed) server.reset();
  void (async () => {
    for (const server of running)
      await server
        .restart()
        .catch((error: unknown) =>
          state.log("warn", `${server.name} was not started anew: ${sentenceOf(error)}`),
        );
  })();
  return [...new Set(running.map(({ name }) => name))];
}

/** Servers that could not start for want of a secret may try again. */
function revive(state: HubState): void {
  for (const server of state.servers.instances())
    if (server.hasFailed && secretsOf(server.config).size > 0) {
      server.reset();
      if (server.config.start === "eager") server.need();
    }
}

function storesOf({ secrets }: HubState): SecretsAccess {
  if (secrets === undefined)
    throw new GatehouseError("secrets_unavailable", "this hub was started without a store for secrets");
  return secrets;
}
