import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import { isDamage } from "./damage.ts";
import { sqliteCode } from "./database.ts";
import { adviceFor, isStorageFault } from "./health.ts";

/**
 * The same store, whose functions fail as GatehouseError storage_unusable, which says what to do, where the disk or the
 * file is at fault. `damaged` is told of damage, in SQLite's words.
 */
export function withClearErrors<T extends object>(
  store: T,
  file: string,
  damaged: (message: string) => void,
): T {
  const clear =
    <A extends unknown[]>(run: (...args: A) => unknown) =>
    (...args: A): unknown => {
      try {
        return run(...args);
      } catch (error) {
        if (!isStorageFault(error)) throw error;
        const sentence = sentenceOf(error);
        if (isDamage(error)) damaged(sentence);
        const advice = adviceFor(sqliteCode(error), file);
        throw new GatehouseError("storage_unusable", `${file} cannot be used: ${sentence}`, advice, error);
      }
    };
  return Object.fromEntries(
    Object.entries(store).map(([name, value]) => [name, typeof value === "function" ? clear(value) : value]),
  ) as T;
}
