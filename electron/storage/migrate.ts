import type Database from "better-sqlite3";
import { GatehouseError } from "../../shared/errors.ts";
import { migrations as known, type Migration } from "./migrations/index.ts";

const newestOf = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0;
const versionOf = (database: Database.Database): number =>
  Number(database.pragma("user_version", { simple: true }));

/** Whether no Gatehouse has written to this database yet. */
export const isNew = (database: Database.Database): boolean => versionOf(database) === 0;

/** Whether a later Gatehouse has written this database. */
export function isNewer(database: Database.Database): boolean {
  return versionOf(database) > newestOf(known);
}

/**
 * Brings a database to the newest version, each step in a transaction of its own with its `user_version`.
 * Throws GatehouseError storage_newer for a database of a later Gatehouse, storage_unusable for one of another program.
 */
export function migrate(database: Database.Database, migrations: readonly Migration[] = known): void {
  const found = versionOf(database);
  if (found > newestOf(migrations)) throw newer(database.name);
  if (found === 0 && database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined) {
    throw new GatehouseError(
      "storage_unusable",
      `${database.name} is a database of another program`,
      "Move the file aside, or choose another home with --home.",
    );
  }
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    database
      .transaction(() => {
        database.exec(sql);
        database.pragma(`user_version = ${version}`);
      })
      .immediate();
  }
}

/** The error for a database of a later Gatehouse that cannot be read either. */
export function newer(file: string): GatehouseError {
  return new GatehouseError(
    "storage_newer",
    `${file} was written by a newer Gatehouse and cannot be used`,
    "Start the newer Gatehouse, or move the file aside to begin with an empty history.",
  );
}
