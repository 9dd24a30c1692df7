import { readFileSync, statSync } from "node:fs";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Log } from "../log.ts";
import type { PassphraseStore } from "../ports/secrets.ts";

/**
 * Opens the file store with the passphrase in a file that the person names in GATEHOUSE_PASSPHRASE_FILE (a secret that
 * systemd or a container mounts, say): for hubs that start with nobody there. What fails is logged; the hub runs all
 * the same, and can be given the passphrase later.
 */
export async function unlockFromFile(file: string, store: PassphraseStore, log: Log): Promise<void> {
  try {
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
      log("warn", "the file that GATEHOUSE_PASSPHRASE_FILE names can be read by others: chmod 600 it");
    await store.unlock(readFileSync(file, "utf8").replace(/\r?\n$/, ""));
  } catch (error) {
    log("error", `the passphrase of GATEHOUSE_PASSPHRASE_FILE was not taken: ${sentenceOf(error)}`);
  }
}
