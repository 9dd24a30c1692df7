import type { SecretArea, SecretStore } from "../ports/secrets.ts";
import type { AccountStore, StoredAccount } from "../ports/upstream-auth.ts";

/** A secret store in memory, for tests; `values` shows what would be in the keychain, by area and name. */
export function createMemorySecrets(): SecretStore & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  const keyOf = (area: SecretArea, name: string): string => `${area}\n${name}`;
  return {
    kind: "keychain",
    values,
    get: (area, name) => Promise.resolve(values.get(keyOf(area, name))),
    set: (area, name, value) => Promise.resolve(void values.set(keyOf(area, name), value)),
    remove: (area, name) => Promise.resolve(values.delete(keyOf(area, name))),
    list: (area) =>
      Promise.resolve(
        [...values.keys()]
          .filter((key) => key.startsWith(`${area}\n`))
          .sort()
          .map((key) => ({ name: key.slice(area.length + 1), setAt: 0 })),
      ),
    problem: () => Promise.resolve(null),
  };
}

/** Accounts in memory. */
export function createMemoryAccounts(): AccountStore {
  const rows = new Map<string, StoredAccount>();
  return {
    all: () => [...rows.values()],
    put: (row) => void rows.set(`${row.server}\n${row.account}`, row),
    remove: (server, account) => void rows.delete(`${server}\n${account}`),
  };
}
