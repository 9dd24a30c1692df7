import type { Problem } from "../../shared/model/problem.ts";

/** What a hub on a full disk says of itself, whose history is damaged besides. */
export const SAMPLE_PROBLEMS: readonly Problem[] = [
  {
    code: "recording_failed",
    message: "calls cannot be recorded: database or disk is full",
    advice:
      "Make room on the disk: it goes on by itself within seconds. Until then calls are answered without a record.",
  },
  {
    code: "database_damaged",
    message:
      "the database /home/ada/.config/gatehouse/gatehouse.db is damaged: Tree 14 page 2210 cell 3: invalid page number 5012",
    advice:
      "What can be read stays readable. Stop Gatehouse, move the file and its -wal and -shm aside and put a backup (`gatehouse backup`) in its place; without one, the next start begins anew, and clients must be connected again.",
  },
  {
    code: "calls_unrecorded",
    message: "17 calls were served without a record since 2026-11-22T12:04:31.208Z",
    advice: 'They are in no list. With `log.onFailure: "refuse"` calls are refused instead.',
  },
];

/** What a hub says that has started on a full disk, after an end that took the newest part of its history. */
export const SAMPLE_START_PROBLEMS: readonly Problem[] = [
  {
    code: "disk_low",
    message:
      "the disk of /home/ada/.config/gatehouse is full: Gatehouse has started in the room that it had reserved there",
    advice: "Make room on the disk: what is left may not be enough for the next calls.",
  },
  {
    code: "history_shortened",
    message:
      "the newest part of /home/ada/.config/gatehouse/gatehouse.db is lost: /home/ada/.config/gatehouse/gatehouse.db-wal, which held it, was removed, cut or damaged while no hub ran",
    advice:
      "Calls from before the hub's last, unclean end are missing, and clients that were added then must be connected again.",
  },
];
