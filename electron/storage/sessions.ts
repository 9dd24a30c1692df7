import type { SessionStore, StoredSession } from "../hub/ports/storage.ts";
import { type Around, rowsAround } from "./damage.ts";
import type { Connection } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { createLazyTimes } from "./lazy-times.ts";

/** Sessions that outlive the process, those that `around` can read; `writeTimes` queues what `touch` has kept back. */
export function openSessions(
  connection: Connection,
  group: GroupCommit,
  around: Around,
): SessionStore & { writeTimes(): void } {
  const columns = `id_hash AS idHash, label, client_id AS clientId, scope, revision, capabilities,
            client_info AS clientInfo, transport, project, created_at AS createdAt, last_used_at AS lastUsedAt`;
  const select = connection.prepare<[], StoredSession>(
    `SELECT ${columns} FROM session ORDER BY created_at, id_hash`,
  );
  const rowids = connection.prepare<[], number>("SELECT rowid FROM session ORDER BY id_hash").pluck();
  const selectOne = connection.prepare<[number], StoredSession>(
    `SELECT ${columns} FROM session WHERE rowid = ?`,
  );
  const upsert = connection.prepare(
    `INSERT OR REPLACE INTO session (id_hash, label, client_id, scope, revision, capabilities, client_info, transport,
       project, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const touch = connection.prepare(
    "UPDATE session SET last_used_at = max(last_used_at, ?) WHERE id_hash = ?",
  );
  const setProject = connection.prepare("UPDATE session SET project = ? WHERE id_hash = ?");
  const remove = connection.prepare("DELETE FROM session WHERE id_hash = ?");
  const times = createLazyTimes((idHash, at) => group.write(() => touch.run(Math.round(at), idHash)));
  return {
    all: () =>
      rowsAround(around, {
        all: () => select.all(),
        keys: () => rowids.all(),
        one: (rowid) => selectOne.get(rowid),
      }).map((session) => {
        const used = times.latest(session.idHash);
        return used === undefined ? session : { ...session, lastUsedAt: Math.max(used, session.lastUsedAt) };
      }),
    put(session, committed) {
      const { idHash, label, clientId, scope, revision, capabilities, clientInfo } = session;
      const { transport, project, createdAt, lastUsedAt } = session;
      const what = [idHash, label, clientId, scope, revision, capabilities, clientInfo];
      group.write(() => upsert.run(...what, transport, project, createdAt, lastUsedAt), committed);
    },
    touch: times.note,
    setProject: (idHash, project) => group.write(() => setProject.run(project, idHash)),
    remove(idHash) {
      times.forget(idHash);
      group.write(() => remove.run(idHash));
    },
    writeTimes: times.writeAll,
  };
}
