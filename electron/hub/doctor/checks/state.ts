import type { Problem } from "../../../../shared/model/server.ts";
import type { StorageCheck } from "../../ports/storage.ts";
import { type Check, type Finding, fail, ok, warn } from "../check.ts";
import { bytesText } from "./machine.ts";

/** A database above this size is worth a word. */
const LARGE_BYTES = 5 * 1024 * 1024 * 1024;

export interface StateFacts {
  readonly configFile: string;
  /** The complaint about gatehouse.json, or null. */
  readonly configProblem: () => string | null;
  /** Names that the configuration has, for a word about it. */
  readonly counts: () => { readonly servers: number; readonly rules: number };
  /** Looks the database through. */
  readonly database: () => Promise<StorageCheck>;
  /** Opens the store of secrets. */
  /** A server refers to a secret. */
  readonly secretsNeeded: boolean;
  readonly secrets: () => Promise<{ readonly kind: string; readonly problem: Problem | null }>;
}

/** What the hub keeps: its configuration, its database, its secrets. */
export const stateChecks = (facts: StateFacts): Check[] => [
  { id: "config", group: "hub", title: "gatehouse.json", run: () => config(facts) },
  { id: "database", group: "hub", title: "Database", run: () => database(facts) },
  { id: "keychain", group: "hub", title: "Secrets", run: () => secrets(facts) },
];

function config({ configFile, configProblem, counts }: StateFacts): Finding {
  const problem = configProblem();
  if (problem !== null)
    return fail(
      "config_invalid",
      `${configFile} cannot be used, and the last good one keeps running: ${problem.split("\n").join("; ")}`,
      "Correct the file at the place that is named; the hub takes it by itself.",
    );
  const { servers, rules } = counts();
  return ok(`${configFile} is good: ${servers} servers, ${rules} rules`);
}

async function database(facts: StateFacts): Promise<Finding> {
  const { problem, bytes, whole } = await facts.database();
  if (problem !== null)
    return fail(
      "database_damaged",
      `the database has failed its check: ${problem}`,
      "End the hub, keep a copy of gatehouse.db and what belongs to it, and restore a backup.",
    );
  const sentence = whole
    ? `the database is whole, and has ${bytesText(bytes)}`
    : `the database has ${bytesText(bytes)}, too much to be looked through here`;
  return bytes > LARGE_BYTES
    ? warn("database_large", sentence, "Keep less of the history: log.days or log.maxMb in gatehouse.json.")
    : ok(sentence);
}

async function secrets({ secrets, secretsNeeded }: StateFacts): Promise<Finding> {
  const { kind, problem } = await secrets();
  if (problem === null)
    return ok(kind === "keychain" ? "the keychain can be used" : "the file of secrets can be used");
  const { code, message: sentence, advice } = problem;
  return secretsNeeded
    ? { status: "fail", code, sentence, advice }
    : { status: "warn", code, sentence: `${sentence}; no server refers to a secret`, advice };
}
