import type { Connection } from "../../lib/connection.ts";
import { saveFile } from "../../lib/save-file.ts";
import { type CallsStore, createCallsStore } from "./calls-store.ts";
import { createExportJob, type ExportJob } from "./export-job.ts";
import { createPreferences, type Preferences } from "./preferences.ts";

/** What the Activity screen keeps while other screens are shown. */
export interface Activity {
  readonly calls: CallsStore;
  readonly preferences: Preferences;
  readonly exports: ExportJob;
  dispose(): void;
}

/** Makes it over a connection; the list begins to load. */
export function createActivity(connection: Connection): Activity {
  const calls = createCallsStore(connection);
  const exports = createExportJob(connection, saveFile);
  return {
    calls,
    preferences: createPreferences(globalThis.localStorage),
    exports,
    dispose() {
      exports.cancel();
      calls.dispose();
    },
  };
}
