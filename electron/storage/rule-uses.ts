import type { RuleUseStore, StoredRuleUse } from "../hub/ports/storage.ts";
import type { Around } from "./damage.ts";
import type { Connection } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";

/** How often each rule has decided; what `around` cannot read counts as never. */
export function openRuleUses(connection: Connection, group: GroupCommit, around: Around): RuleUseStore {
  const select = connection.prepare<[], StoredRuleUse>(
    "SELECT rule, uses, last_used_at AS lastUsedAt FROM rule_use",
  );
  const put = connection.prepare(
    `INSERT INTO rule_use (rule, uses, last_used_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET uses = excluded.uses, last_used_at = excluded.last_used_at`,
  );
  return {
    all: () =>
      around(
        () => select.all(),
        () => [],
      ),
    put: (uses) =>
      group.write(() => {
        for (const { rule, uses: count, lastUsedAt } of uses) put.run(rule, count, Math.round(lastUsedAt));
      }),
  };
}
