import type Database from "better-sqlite3";
import { GatehouseError } from "../../shared/errors.ts";
import { migrations as known, type Migration } from "./migrations/index.ts";

/**
 * Brings a database to the newest version, each step in a transaction of its own with its `user_version`.
 * Throws GatehouseError storage_newer for a database of a later Gatehouse, storage_unusable for one of another program.
 */
export function migrate(database: Database.Database, migrations: readonly Migration[] = known): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = Number(database.pragma("user_version", { simple: true }));
  if (found > newest) {
    throw new GatehouseError(
      "storage_newer",
      `${database.name} was written by a newer Gatehouse (its version is ${found}, this one knows ${newest})`,
      "Start the newer Gatehouse, or move the file aside to begin with an empty history.",
    );
  }
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
