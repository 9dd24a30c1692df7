import { sentenceOf } from "../../../shared/errors.ts";

type Log = (level: "error", message: string) => void;

/**
 * A store whose `writes` may fail (a full disk, a file that cannot be written) without harm to what goes on: it is held in
 * memory anyway, and the log tells of it.
 */
export function whateverIsKept<T extends object, K extends keyof T & string>(
  store: T & Readonly<Record<K, (...args: never[]) => void>>,
  writes: readonly K[],
  log: Log,
): T {
  const tried = writes.map((name) => [
    name,
    (...args: never[]) => {
      try {
        store[name](...args);
      } catch (error) {
        log("error", `what is known of a server could not be kept: ${sentenceOf(error)}`);
      }
    },
  ]);
  return { ...store, ...Object.fromEntries(tried) };
}
