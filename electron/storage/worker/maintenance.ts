import { blockSize } from "../blocks.ts";
import { type Around, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import { renewMark } from "../lost-log.ts";

/** Frames of 4 KB in the write-ahead log above which writers are held up for a moment to let it begin anew. */
const longLog = 16_384;
/** Milliseconds for which blocks are summed up at a time. */
const longestRun = 50;

/** What has to be done for the database now and then. */
export interface Maintenance {
  /**
   * Sums up the blocks that are full and checkpoints, if anything was written since the last time. True: more blocks
   * are left, as after an update that tells more in each.
   */
  run(): boolean;
}

/** Maintenance on one connection, in the worker; blocks tell of the calls that `around` can read. */
export function openMaintenance(
  connection: Connection,
  inTurn: <T>(write: () => T) => T,
  around: Around,
): Maintenance {
  const ends = prepareEnds(connection, around);
  const nextBlock = connection.prepare<[], number | null>("SELECT max(number) + 1 FROM block").pluck();
  const following = connection
    .prepare<[number], number | null>("SELECT min(id) FROM call WHERE id >= ?")
    .pluck();
  const rows = <P extends unknown[]>(where: string) =>
    connection
      .prepare<P, [number, number, ...(number | null)[]]>(
        `SELECT started_at, duration_us, client, client_id, session, server, tool, project, method FROM call
         WHERE ${where}`,
      )
      .raw();
  const inBlock = rows<[number, number]>("id >= ? AND id < ?");
  const one = rows<[number]>("id = ?");
  const rowsOf = (block: number): [number, number, ...(number | null)[]][] =>
    around(
      () => inBlock.all(block * blockSize, (block + 1) * blockSize),
      () =>
        Array.from({ length: blockSize }, (_, at) => block * blockSize + at).flatMap((id) =>
          around(
            () => one.all(id),
            () => [],
          ),
        ),
    );
  const insertBlock = connection.prepare("INSERT INTO block VALUES (?, ?, ?, ?, ?)");
  const insertName = connection.prepare("INSERT INTO block_name VALUES (?, ?)");
  const changes = connection.prepare<[], number>("SELECT total_changes()").pluck();
  let seenVersion = -1;
  let seenChanges: number | undefined = -1;

  const checkpoint = (mode: "PASSIVE" | "RESTART"): number => {
    const [{ log }] = connection.pragma(`wal_checkpoint(${mode})`) as [{ log: number }];
    renewMark(connection.name);
    return log;
  };

  /** Reads the rows before it takes the turn, so that writers wait only for the inserts. */
  const sumUp = (block: number): void => {
    let latest = 0;
    let earliest = Number.MAX_SAFE_INTEGER;
    let shortest = Number.MAX_SAFE_INTEGER;
    let longest = 0;
    const names = new Set<number>();
    for (const [start, duration, ...ids] of rowsOf(block)) {
      latest = Math.max(latest, start);
      earliest = Math.min(earliest, start);
      shortest = Math.min(shortest, duration);
      longest = Math.max(longest, duration);
      for (const id of ids) if (id !== null) names.add(id);
    }
    const write = connection.transaction(() => {
      insertBlock.run(block, latest, earliest, shortest, longest);
      for (const name of names) insertName.run(name, block);
    });
    inTurn(() => write.immediate());
  };

  const sumUpFullBlocks = (): boolean => {
    const last = ends.newest();
    const first = ends.oldest();
    if (last === null || first === null) return false;
    const until = performance.now() + longestRun;
    // Ids follow the commits, so a block is full, and what it holds is final, once the id at its end exists.
    const full = Math.floor((last + 1) / blockSize);
    let block = Math.max(nextBlock.get() ?? 0, Math.floor(first / blockSize));
    for (; block < full; block++) {
      if (performance.now() > until) return true;
      // Blocks without calls tell nothing: there may be many before one that somebody gave an id far beyond.
      const id = around(
        () => following.get(block * blockSize) ?? last,
        () => block * blockSize,
      );
      block = Math.floor(id / blockSize);
      if (block < full) sumUp(block);
    }
    return false;
  };

  return {
    run() {
      // data_version tells of commits by other connections, total_changes of our own.
      const version = Number(connection.pragma("data_version", { simple: true }));
      if (version === seenVersion && changes.get() === seenChanges) return false;
      const more = around(sumUpFullBlocks, () => {
        // Blocks only make filters fast; what is written must get into the database all the same.
        return false;
      });
      if (more) return true;
      if (checkpoint("PASSIVE") > longLog) inTurn(() => checkpoint("RESTART"));
      seenVersion = version;
      seenChanges = changes.get();
      return false;
    },
  };
}
