import type { AuditEntry } from "../../../shared/model/audit.ts";
import { summaryOf } from "../pipeline/recorded.ts";
import type {
  CallHistory,
  CallQueryFilter,
  CallRow,
  CatalogParts,
  PinStore,
  Storage,
  StoredClient,
  StoredHeld,
  StoredPin,
  StoredRuleUse,
  StoredSession,
  StoredToken,
} from "../ports/storage.ts";
import { createMemoryOAuth } from "./memory-oauth.ts";
import { createMemoryAccounts } from "./memory-secrets.ts";

/** Storage in memory for tests of the hub alone, with what it was given in plain sight. */
export interface MemoryStorage extends Storage {
  readonly rows: CallRow[];
  storedClients: StoredClient[];
  storedTokens: StoredToken[];
  readonly storedRuleUses: Map<string, StoredRuleUse>;
  readonly storedSessions: Map<string, StoredSession>;
  readonly audited: string[];
  /** What lists of calls were filtered by. */
  readonly callFilters: CallQueryFilter[];
  /** When set, appends fail with it. */
  failWith: Error | undefined;
  /** Why calls cannot be recorded, as `health` has it. */
  failing: Error | undefined;
  setFailing(error: Error | undefined): void;
  /** What is to be kept of the history. */
  kept: Parameters<CallHistory["keep"]>[0] | undefined;
  /** When set, commits wait until it is called. */
  hold: boolean;
  release(): void;
}

const noSums = new Error("storage in memory keeps no sums of calls");

export function createMemoryStorage(): MemoryStorage {
  const catalogs = new Map<string, { key: string; parts: CatalogParts }>();
  const acts: AuditEntry[] = [];
  const healthListeners = new Set<() => void>();
  let held: (() => void)[] = [];
  const commit = (run: () => void): void => {
    if (storage.hold) held.push(run);
    else setImmediate(run);
  };
  const storage: MemoryStorage = {
    rows: [],
    storedRuleUses: new Map(),
    storedClients: [],
    storedTokens: [],
    callFilters: [],
    storedSessions: new Map(),
    audited: [],
    failWith: undefined,
    failing: undefined,
    kept: undefined,
    hold: false,
    release() {
      const runs = held;
      held = [];
      for (const run of runs) run();
    },
    calls: {
      append(row, committed) {
        const error = storage.failWith;
        commit(() => {
          if (error === undefined) storage.rows.push(row);
          committed(error, storage.rows.length);
        });
      },
      list(filter, limit, before = Number.POSITIVE_INFINITY) {
        storage.callFilters.push(filter);
        const found = storage.rows
          .map((row, index) => summaryOf(row, index + 1))
          .filter(
            (call, index) =>
              call.id < before &&
              (filter.server ?? call.server) === call.server &&
              (filter.tool ?? call.tool) === call.tool &&
              (filter.status ?? call.status) === call.status &&
              (storage.rows[index]?.startedAt ?? 0) >= (filter.since ?? 0) &&
              (storage.rows[index]?.startedAt ?? 0) < (filter.until ?? Number.POSITIVE_INFINITY),
          )
          .reverse();
        return Promise.resolve({ calls: found.slice(0, limit), more: found.length > limit });
      },
      async count(filter) {
        const { calls } = await storage.calls.list(filter, Number.POSITIVE_INFINITY, undefined);
        return {
          span: 1,
          ranges: calls.map(({ id }) => id),
          counts: calls.map(() => 1),
          newest: storage.rows.length,
        };
      },
      get(id, maxBytes) {
        const row = storage.rows[id - 1];
        if (row === undefined) return Promise.resolve(undefined);
        const payload = (bytes: Uint8Array | null) =>
          bytes === null
            ? null
            : {
                text: Buffer.from(bytes).toString("utf8", 0, maxBytes),
                bytes: bytes.length,
                truncated: bytes.length > maxBytes,
              };
        const { request, result, error } = row;
        return Promise.resolve({
          ...summaryOf(row, id),
          request: payload(request),
          result: payload(result),
          error: payload(error),
          ...(row.events === undefined
            ? {}
            : { events: [...row.events.events], moreEvents: row.events.more }),
        });
      },
      countSince: () => new Map(),
    },
    metrics: {
      series: () => Promise.reject(noSums),
      heatmap: () => Promise.reject(noSums),
      top: () => Promise.reject(noSums),
      usage: () => Promise.reject(noSums),
      countTokens: () => Promise.reject(noSums),
    },
    history: {
      readOnly: false,
      takeKeys: (keys) => Promise.resolve(keys[0]?.source ?? null),
      keep(rules) {
        storage.kept = rules;
      },
      verify: () =>
        Promise.resolve({
          ok: true,
          checked: storage.rows.length,
          through: storage.rows.length,
          pending: 0,
          key: "file",
          findings: [],
          more: 0,
        }),
      backUp: () => Promise.resolve(0),
      state: () =>
        Promise.resolve({
          chain: { through: storage.rows.length, of: storage.rows.length, key: "file" },
          indexed: { through: storage.rows.length, of: storage.rows.length },
        }),
      onRecorded: () => () => {},
      onIndexed: () => () => {},
    },
    health: {
      get failing() {
        return storage.failing;
      },
      problems: () =>
        storage.failing === undefined
          ? []
          : [{ code: "recording_failed", message: storage.failing.message, advice: null }],
      onChanged(listener) {
        healthListeners.add(listener);
        return () => healthListeners.delete(listener);
      },
    },
    setFailing(error) {
      storage.failing = error;
      for (const listener of healthListeners) listener();
    },
    clients: {
      all: () => [...storage.storedClients],
      tokens: () => [...storage.storedTokens],
      add: (client) => storage.storedClients.push(client),
      update(changed) {
        storage.storedClients = storage.storedClients.map((client) =>
          client.id === changed.id ? { ...client, ...changed } : client,
        );
      },
      revoke(id, at) {
        storage.storedClients = storage.storedClients.map((client) =>
          client.id === id ? { ...client, revokedAt: at } : client,
        );
        storage.clients.removeTokens(id);
      },
      addToken: (token) => storage.storedTokens.push(token),
      removeToken(hash) {
        storage.storedTokens = storage.storedTokens.filter((token) => !token.hash.equals(hash));
      },
      removeTokens(clientId) {
        storage.storedTokens = storage.storedTokens.filter((token) => token.clientId !== clientId);
      },
      seen: () => {},
    },
    sessions: {
      all: () => [...storage.storedSessions.values()],
      put(session, committed) {
        commit(() => {
          storage.storedSessions.set(session.idHash, session);
          committed(undefined);
        });
      },
      touch: () => {},
      setProject(idHash, project) {
        const stored = storage.storedSessions.get(idHash);
        if (stored !== undefined) storage.storedSessions.set(idHash, { ...stored, project });
      },
      remove: (idHash) => storage.storedSessions.delete(idHash),
    },
    catalogs: {
      load: (server, key) => {
        const found = catalogs.get(server);
        return found?.key === key ? found.parts : undefined;
      },
      save: (server, key, parts) => catalogs.set(server, { key, parts }),
      remove: (server) => catalogs.delete(server),
    },
    pins: memoryPins(),
    accounts: createMemoryAccounts(),
    oauth: createMemoryOAuth(),
    audit: {
      record(act) {
        storage.audited.push(`${act.role} ${act.act} ${act.detail}`.trim());
        const entry = { ...act, id: acts.length + 1, at: new Date(act.at).toISOString() };
        acts.push(entry);
        return entry;
      },
      list: ({ limit, before = Number.POSITIVE_INFINITY }) => {
        const older = acts.filter(({ id }) => id < before).reverse();
        return { entries: older.slice(0, limit), more: older.length > limit };
      },
    },
    ruleUses: {
      all: () => [...storage.storedRuleUses.values()],
      put: (uses) => {
        for (const use of uses) storage.storedRuleUses.set(use.rule, use);
      },
    },
    check: () => Promise.resolve({ problem: null, bytes: 4_096, whole: true }),
    close: () => Promise.resolve(),
  };
  return storage;
}

/** Pins in memory. */
function memoryPins(): PinStore {
  const stored = new Map<string, { pins: Map<string, StoredPin>; held: readonly StoredHeld[] }>();
  return {
    servers: () => [...stored.keys()],
    load: (server) => {
      const found = stored.get(server);
      return found === undefined ? undefined : { pins: [...found.pins.values()], held: found.held };
    },
    save(server, { put, drop, held }) {
      const { pins } = stored.get(server) ?? { pins: new Map<string, StoredPin>() };
      for (const { kind, key } of drop) pins.delete(`${kind}\n${key}`);
      for (const pin of put) pins.set(`${pin.kind}\n${pin.key}`, pin);
      stored.set(server, { pins, held });
    },
    remove: (server) => stored.delete(server),
  };
}
