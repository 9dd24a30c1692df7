import type { LiveSecret } from "../../core/redact/live-secrets.ts";
import type { SecretStore } from "../ports/secrets.ts";

/** A source of `${secret:NAME}` for one launch that remembers what it gave, so that it can be kept out of sight. */
export interface LaunchSecrets {
  readonly secret: (name: string) => Promise<string | undefined>;
  given(): LiveSecret[];
}

/**
 * The secrets of one launch: each is read once, however often it is referred to. `secret` rejects with the store's
 * error.
 */
export function launchSecrets(store: Pick<SecretStore, "get">): LaunchSecrets {
  const values = new Map<string, Promise<string | undefined>>();
  const given = new Map<string, string>();
  return {
    secret(name) {
      const known = values.get(name);
      if (known !== undefined) return known;
      const value = store.get("secret", name).then((found) => {
        if (found !== undefined) given.set(name, found);
        return found;
      });
      values.set(name, value);
      return value;
    },
    given: () => [...given].map(([name, value]) => ({ name, value })),
  };
}
