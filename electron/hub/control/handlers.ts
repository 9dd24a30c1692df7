import type { Status } from "../../../shared/contract.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import { type ServerConfig, trustRule } from "../../../shared/model/config.ts";
import { launchOf } from "../../../shared/model/launch.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { moveSecrets } from "../../../shared/plain-secrets.ts";
import { removeServer, setServer, setServerEnabled, setValue, trustServer } from "../config/edit.ts";
import { dangersOf, parseSnippet } from "../parse-snippet/index.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { HubState } from "../state.ts";
import { forbidden, mayAllow } from "./access.ts";
import { titleOf } from "./change-text.ts";
import type { Caller, Handlers } from "./control-endpoint.ts";
import { grantHandlers } from "./grants.ts";
import { auditHandlers } from "./handlers/audit.ts";
import { callHandlers } from "./handlers/calls.ts";
import { clientActs, clientHandlers, describe } from "./handlers/clients.ts";
import { exportHandlers } from "./handlers/exports.ts";
import { historyHandlers } from "./handlers/history.ts";
import { metricsHandlers } from "./handlers/metrics.ts";
import { ownCallHandlers } from "./handlers/own-calls.ts";
import { profileActs, profileHandlers } from "./handlers/profiles.ts";
import { runHandlers } from "./handlers/runs.ts";
import { secretActs, secretHandlers } from "./handlers/secrets.ts";
import { signInHandlers } from "./handlers/sign-ins.ts";
import { acceptPins, askToAccept, pinHandlers } from "./pins.ts";
import { Questions } from "./questions.ts";
import { changeRules, ruleHandlers } from "./rules.ts";
import { serverVerdict } from "./server-verdict.ts";

const ok = { ok: true } as const;

/** Where a server's entry holds what looks like a credential. */
function plainSecretsOf(name: string, config: ServerConfig): ServerDetail["plainSecrets"] {
  const { secrets, staying } = moveSecrets(name, config);
  return [
    ...secrets.map(({ place }) => ({ place, movable: true })),
    ...staying.map((place) => ({ place, movable: false })),
  ];
}

/** The methods of the control API over the hub's state. */
export function createHandlers(state: HubState): Handlers {
  const audit = (caller: Caller, act: string, detail: string): void =>
    state.audit.record(caller, act, detail);
  const clients = clientActs(state);
  const profiles = profileActs(state);
  const secrets = secretActs(state);
  const serverNamed = (name: string): ManagedServer => {
    const server = state.servers.get(name);
    if (server === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no server named ${name}`,
        "See `gatehouse status` for their names.",
      );
    return server;
  };
  const applyPause = (paused: boolean, caller: Caller): typeof ok => {
    state.setPaused(paused);
    audit(caller, paused ? "hub.pause" : "hub.resume", "");
    return ok;
  };

  const act = {
    async addServer(
      name: string,
      config: Extract<Change, { type: "server.add" }>["config"],
      { trust, keychain }: { readonly trust: boolean; readonly keychain: boolean },
      caller: Caller,
    ): Promise<string[]> {
      if (state.servers.get(name) !== undefined)
        throw new GatehouseError(
          "name_taken",
          `there is a server named ${name} already`,
          "Choose another name, or remove it first.",
        );
      const names = await secrets.take(name, keychain ? config : null, caller, async (kept = config) => {
        await state.store.edit((text) => {
          const added = setServer(text, name, kept);
          return trust ? trustServer(added, name) : added;
        });
      });
      audit(caller, "server.add", name);
      if (trust) audit(caller, "rule.add", JSON.stringify(trustRule(name)));
      return names;
    },
    async moveSecrets(name: string, caller: Caller): Promise<string[]> {
      const names = await secrets.take(name, serverNamed(name).config, caller, async (kept) => {
        if (kept !== undefined) await state.store.edit((text) => setServer(text, name, kept));
      });
      if (names.length > 0) audit(caller, "server.moveSecrets", name);
      return names;
    },
    async removeServer(name: string, caller: Caller) {
      serverNamed(name);
      await state.store.edit((text) => removeServer(text, name));
      audit(caller, "server.remove", name);
    },
    async enableServer(name: string, enabled: boolean, caller: Caller) {
      serverNamed(name);
      await state.store.edit((text) => setServerEnabled(text, name, enabled));
      audit(caller, enabled ? "server.enable" : "server.disable", name);
    },
    async restartServer(name: string, caller: Caller) {
      const server = serverNamed(name);
      if (!server.config.enabled)
        throw new GatehouseError(
          "server_not_ready",
          `the server ${name} is disabled`,
          `Enable it: gatehouse server enable ${name}`,
        );
      audit(caller, "server.restart", name);
      await server.restart();
    },
    async setSettings(change: Omit<Extract<Change, { type: "settings.set" }>, "type">, caller: Caller) {
      await state.store.edit((text) => {
        let next = text;
        if (change.port !== undefined) next = setValue(next, ["listen", "port"], change.port);
        if (change.consentDefault !== undefined)
          next = setValue(next, ["consent", "default"], change.consentDefault);
        if (change.secretStore !== undefined) next = setValue(next, ["secrets", "store"], change.secretStore);
        return next;
      });
      audit(caller, "settings.set", JSON.stringify(change));
    },
  };

  const carryOut = async (change: Change, trust: boolean, caller: Caller): Promise<void> => {
    switch (change.type) {
      case "server.add":
        await act.addServer(
          change.name,
          change.config,
          { trust, keychain: change.keychain === true },
          caller,
        );
        return;
      case "server.moveSecrets":
        await act.moveSecrets(change.name, caller);
        return;
      case "server.remove":
        return act.removeServer(change.name, caller);
      case "server.enable":
      case "server.disable":
        return act.enableServer(change.name, change.type === "server.enable", caller);
      case "server.restart":
        return act.restartServer(change.name, caller);
      case "client.add":
        clients.addConnect(change.name, change.profile, caller);
        return;
      case "client.revoke":
        clients.revoke(change.name, caller);
        return;
      case "client.update":
        await clients.update(change, caller);
        return;
      case "profile.set":
        return profiles.set(change.name, change.profile, caller);
      case "profile.remove":
        return profiles.remove(change.name, caller);
      case "secret.set":
        await secrets.set(change.name, change.value, caller);
        return;
      case "secret.remove":
        await secrets.remove(change.name, caller);
        return;
      case "secret.unlock":
        return secrets.unlock(change.passphrase, caller);
      case "settings.set":
        return act.setSettings(change, caller);
      case "pins.accept":
        return acceptPins(state, change.ids, caller);
      case "rule.add":
      case "rule.replace":
      case "rule.remove":
      case "rule.move":
        await changeRules(state, change, caller);
        return;
    }
  };

  return {
    ...pinHandlers(state),
    ...grantHandlers(state),
    ...clientHandlers(state, clients),
    ...profileHandlers(state, profiles),
    ...auditHandlers(state),
    ...secretHandlers(state, secrets),
    ...callHandlers(state),
    ...historyHandlers(state),
    ...exportHandlers(state),
    ...ownCallHandlers(state),
    ...runHandlers(state),
    ...metricsHandlers(state),
    ...ruleHandlers(state),
    ...signInHandlers(state),
    "hub.status": async (): Promise<Status> => {
      await state.health.fresh();
      return {
        hub: state.hub(),
        servers: state.servers.all().map(state.summaryOfServer),
        clients: state.identities.all().map((client) => describe(state, client)),
        pending: state.questions.size,
        saved: state.health.saved(),
      };
    },
    "hub.pause": (_params, caller) => applyPause(true, caller),
    "hub.resume": (_params, caller) => applyPause(false, caller),
    "hub.shutdown": ({ drainSeconds }, caller) => {
      audit(caller, "hub.shutdown", "");
      state.requestShutdown("asked over the control API", drainSeconds);
      return ok;
    },
    "hub.diagnose": ({ server, run }) => {
      if (server !== undefined) serverNamed(server);
      return state.diagnose({
        server,
        progress: (check, total) => state.broadcaster.emit("diagnosisProgressed", { run, check, total }),
      });
    },
    "hub.viewerToken": () => ({ token: state.tokens.mint("viewer") }),
    "hub.uiCode": () => {
      const { url } = state.hub();
      if (url === null || !state.uiServed)
        throw new GatehouseError(
          "unsupported",
          "this hub serves no web UI",
          "Start it without --no-ui, after `npm run build`.",
        );
      return { url: `${new URL("/ui/", url).href}#code=${state.tokens.mintCode(Date.now())}` };
    },

    "servers.list": () => ({ servers: state.servers.all().map(state.summaryOfServer) }),
    "servers.get": ({ name }): ServerDetail => {
      const server = serverNamed(name);
      return {
        ...state.summaryOfServer(server),
        prefix: server.config.prefix ?? server.name,
        launch: launchOf(server.config),
        toolList: server.catalog.describe((tool) => state.catalog.exposedName(name, tool)),
        problems: [...state.health.of(name).warnings, ...server.problems(), ...state.pins.problems(name)],
        consent: serverVerdict(state.store.config, name),
        plainSecrets: plainSecretsOf(name, server.config),
        accounts: state.upstreamAuth.views(name),
      };
    },
    "servers.log": ({ name, ...query }) => {
      serverNamed(name);
      return state.serverLogs.read(name, query);
    },
    "servers.health": () => state.health.watch(state.servers.all().map(({ name }) => name)),
    "servers.parse": ({ text }) => {
      const { servers, problem } = parseSnippet(text);
      return {
        problem,
        proposals: servers.map(({ name, config, warnings }) => ({
          name,
          config,
          launch: launchOf(config),
          warnings,
          taken: state.servers.get(name) !== undefined,
        })),
      };
    },
    "servers.add": async ({ name, config, ...how }, caller) => ({
      ...ok,
      secrets: await act.addServer(name, config, how, caller),
    }),
    "servers.moveSecrets": async ({ name }, caller) => ({ secrets: await act.moveSecrets(name, caller) }),
    "servers.remove": async ({ name }, caller) => {
      await act.removeServer(name, caller);
      return ok;
    },
    "servers.enable": async ({ name }, caller) => {
      await act.enableServer(name, true, caller);
      return ok;
    },
    "servers.disable": async ({ name }, caller) => {
      await act.enableServer(name, false, caller);
      return ok;
    },
    "servers.restart": async ({ name }, caller) => {
      await act.restartServer(name, caller);
      return ok;
    },

    "questions.list": () => ({ pending: state.questions.list() }),
    "questions.ask": async ({ change }, caller) => {
      if (change.type === "pins.accept") return askToAccept(state, change.ids, caller);
      if (change.type !== "server.add" && change.type.startsWith("server.") && "name" in change)
        serverNamed(change.name);
      if (change.type === "client.add") {
        // Several bridges of one client may ask at once, and again after a restart of the client.
        const asked = state.questions.sameClient(change.name);
        if (asked !== undefined) return { id: asked };
        clients.checkNew(change.name, change.profile);
      }
      const shown =
        change.type === "server.add" && change.keychain === true
          ? (await secrets.preview(change.name, change.config)).config
          : undefined;
      const question = state.questions.ask({
        change,
        ...(shown === undefined ? {} : { shown }),
        title: titleOf(change, state),
        launch: change.type === "server.add" ? launchOf(shown ?? change.config) : null,
        warnings: change.type === "server.add" ? dangersOf(change.config) : [],
      });
      audit(caller, "question.ask", question.title);
      state.broadcaster.emit("questionAsked", question);
      return { id: question.id };
    },
    "questions.answer": async (params, caller) => {
      const { id, answer, reason, trust } = params;
      const allowing = Questions.allows(answer);
      const desktop = state.desktopAttached();
      if (allowing && !mayAllow(caller.role, desktop)) throw forbidden("allowing", caller.role, desktop);
      if (trust && (!allowing || state.questions.get(id).change?.type !== "server.add"))
        throw new GatehouseError("bad_request", "only a server that is being added can be trusted so");
      const given = { ...params, caller };
      state.questions.get(id).settling?.check?.(given);
      const { question, change, settling } = state.questions.take(id);
      audit(caller, `question.${answer}`, `${question.title}${reason === undefined ? "" : ` (${reason})`}`);
      state.broadcaster.emit("questionAnswered", { id, answer, by: caller.role });
      await settling?.settle(given);
      if (allowing && change !== null) await carryOut(change, trust, caller);
      return ok;
    },

    "settings.get": () => state.settings(),
    "settings.set": async (change, caller) => {
      await act.setSettings(change, caller);
      return state.settings();
    },
  };
}
