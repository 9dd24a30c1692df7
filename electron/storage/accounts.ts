import type { AccountStore, StoredAccount } from "../hub/ports/upstream-auth.ts";
import type { Around } from "./damage.ts";
import type { Connection } from "./database.ts";

/** Who is signed in at which remote server, without any token; nobody, where `around` cannot read it. */
export function openAccounts(connection: Connection, around: Around): AccountStore {
  const columns = `server, account, url, issuer, subject, scope, expires_at AS expiresAt,
                   refreshed_at AS refreshedAt, ended`;
  return {
    all: () =>
      around(
        () =>
          connection
            .prepare<[], StoredAccount>(`SELECT ${columns} FROM upstream_account ORDER BY server, account`)
            .all(),
        () => [],
      ),
    put({ server, account, url, issuer, subject, scope, expiresAt, refreshedAt, ended }) {
      const whole = (at: number | null): number | null => (at === null ? null : Math.round(at));
      connection
        .prepare("INSERT OR REPLACE INTO upstream_account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(server, account, url, issuer, subject, scope, whole(expiresAt), whole(refreshedAt), ended);
    },
    remove(server, account) {
      connection
        .prepare("DELETE FROM upstream_account WHERE server = ? AND account = ?")
        .run(server, account);
    },
  };
}
