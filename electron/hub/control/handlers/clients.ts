import { GatehouseError, sentenceOf } from "../../../../shared/errors.ts";
import type { Client, ClientDetail, Labels } from "../../../../shared/model/client.ts";
import { ruleOfClientRenamed } from "../../config/edit.ts";
import { writeConnectToken } from "../../home/connect-token.ts";
import type { StoredClient } from "../../ports/storage.ts";
import type { HubState } from "../../state.ts";
import type { Caller, Handlers } from "../control-endpoint.ts";

/** What the handlers and the carrying out of changes share. */
export interface ClientActs {
  /** Adds a client whose token only `gatehouse connect` reads: it is written into the home folder. */
  addConnect(name: string, profile: string | null, caller: Caller): Client;
  /** Throws what adding a client of this name and profile would. */
  checkNew(name: string, profile: string | null): void;
  revoke(name: string, caller: Caller): Client;
  update(change: ClientUpdate, caller: Caller): Promise<Client>;
}

interface ClientUpdate {
  readonly name: string;
  readonly newName?: string | undefined;
  readonly profile?: string | null | undefined;
  readonly labels?: Labels | undefined;
}

/** Throws `not_found` for a profile that the configuration does not have. */
function requireProfile(state: HubState, profile: string | null | undefined): void {
  if (profile === null || profile === undefined || Object.hasOwn(state.store.config.profiles, profile))
    return;
  throw new GatehouseError(
    "not_found",
    `there is no profile named ${profile.slice(0, 80)}`,
    'Add it first, under "profiles" in gatehouse.json or on the Clients screen.',
  );
}

/**
 * The acts on a hub's clients. Each is in the audit log when it returns; unknown clients and profiles throw
 * `not_found`.
 */
export function clientActs(state: HubState): ClientActs {
  return {
    addConnect(name, profile, caller) {
      requireProfile(state, profile);
      const client = state.identities.add(name, profile);
      try {
        writeConnectToken(state.settings().home, name, state.identities.mintToken(client.id));
      } catch (error) {
        state.identities.revoke(name);
        throw new GatehouseError(
          "home_unusable",
          `the token of ${name} could not be written: ${sentenceOf(error)}`,
          "Make the folder connect in the home folder yours and writable.",
          error,
        );
      }
      state.audit.record(
        caller,
        "client.add",
        `${name}, over stdio${profile === null ? "" : `, profile ${profile}`}`,
      );
      return describe(state, client);
    },
    checkNew(name, profile) {
      requireProfile(state, profile);
      state.identities.checkName(name);
    },
    revoke(name, caller) {
      const revoked = state.identities.revoke(name);
      state.audit.record(caller, "client.revoke", revoked.name);
      return state.identities.describe(revoked, 0);
    },
    async update({ name, newName, profile, labels }, caller) {
      requireProfile(state, profile);
      const before = required(state, name);
      const after = state.identities.update(name, { newName, profile, labels });
      if (after.name !== before.name) await renameInRules(state, before.name, after.name, caller);
      state.audit.record(caller, "client.update", changesText(before, after));
      return describe(state, after);
    },
  };
}

/**
 * The control API's methods about clients; they throw what the acts throw. A token is given once, by `clients.add`.
 */
export function clientHandlers(
  state: HubState,
  act: ClientActs,
): Pick<
  Handlers,
  "clients.list" | "clients.add" | "clients.addConnect" | "clients.revoke" | "clients.get" | "clients.update"
> {
  return {
    "clients.list": () => ({ clients: state.identities.all().map((client) => describe(state, client)) }),
    "clients.add": ({ name, profile }, caller) => {
      requireProfile(state, profile);
      const client = state.identities.add(name, profile);
      const token = state.identities.mintToken(client.id);
      state.audit.record(caller, "client.add", profile === null ? name : `${name}, profile ${profile}`);
      return { client: describe(state, client), token };
    },
    "clients.addConnect": ({ name, profile }, caller) => ({ client: act.addConnect(name, profile, caller) }),
    "clients.revoke": ({ name }, caller) => ({ client: act.revoke(name, caller) }),
    "clients.get": async ({ name }): Promise<ClientDetail> => {
      const client = required(state, name);
      return { ...describe(state, client), sessionList: await state.activity.sessionsOf(client.id) };
    },
    "clients.update": async (change, caller) => ({ client: await act.update(change, caller) }),
  };
}

/** A client with the number of its live sessions. */
export function describe(state: HubState, client: StoredClient): Client {
  return state.identities.describe(client, state.activity.countOf(client.id));
}

function required(state: HubState, name: string): StoredClient {
  const found = state.identities.find(name);
  if (found !== undefined) return found;
  throw new GatehouseError(
    "not_found",
    `there is no client named ${name.slice(0, 80)}`,
    "See `gatehouse client list`.",
  );
}

/** Rules go on meaning the same client: a forgotten one would let pass what it forbade. */
async function renameInRules(state: HubState, from: string, to: string, caller: Caller): Promise<void> {
  if (!state.store.config.rules.some(({ client }) => isNamed(client, from))) return;
  await state.store.edit((text) => ruleOfClientRenamed(text, from, to));
  state.audit.record(caller, "rule.replace", `rules of the client ${from} are rules of ${to} now`);
}

const isNamed = (pattern: string | undefined, name: string): boolean =>
  pattern?.toLowerCase() === name.toLowerCase();

function changesText(before: StoredClient, after: StoredClient): string {
  const changes = [
    ...(before.name === after.name ? [] : [`name ${after.name}`]),
    ...(before.profile === after.profile
      ? []
      : [`profile ${before.profile ?? "none"} → ${after.profile ?? "none"}`]),
    ...(JSON.stringify(before.labels) === JSON.stringify(after.labels)
      ? []
      : [`labels ${JSON.stringify(after.labels)}`]),
  ];
  return `${before.name}: ${changes.join(", ") || "nothing changed"}`;
}
