import type { SecretStore, SecretStores } from "../ports/secrets.ts";

/** The store that the configuration names at the time; there is no fall-back from one to the other. */
export function chosenStore(stores: SecretStores, which: () => SecretStore["kind"]): SecretStore {
  const chosen = (): SecretStore => stores[which()];
  return {
    get kind() {
      return which();
    },
    get: (area, name) => chosen().get(area, name),
    set: (area, name, value) => chosen().set(area, name, value),
    remove: (area, name) => chosen().remove(area, name),
    list: (area) => chosen().list(area),
    problem: () => chosen().problem(),
  };
}
