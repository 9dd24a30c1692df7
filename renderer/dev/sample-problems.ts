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
