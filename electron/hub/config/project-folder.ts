import { mkdirSync, statSync } from "node:fs";
import { GatehouseError } from "../../../shared/errors.ts";

/**
 * The folder in which a server that runs once per project is started: the project's, or with null the empty one in which
 * it is only asked what it offers; that is created. Throws `not_found` when the project's is not there: it is the
 * client's word.
 */
export function projectFolder(server: string, project: string | null, empty: string): string {
  if (project === null) {
    mkdirSync(empty, { recursive: true, mode: 0o700 });
    return empty;
  }
  if (statSync(project, { throwIfNoEntry: false })?.isDirectory() === true) return project;
  throw new GatehouseError(
    "not_found",
    `the client's project folder ${project} is not there, and ${server} runs in it`,
    "Check the client's roots or its X-Gatehouse-Project header.",
  );
}
