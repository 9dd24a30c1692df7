import type { AuditEntry } from "../../../shared/model/audit.ts";
import { table } from "../table.ts";
import { relativeTime } from "../times.ts";
import type { Context } from "./context.ts";

export interface AuditOptions {
  readonly json?: true;
  readonly limit: number;
  readonly search?: string;
}

/** Entries asked for at once. */
const PAGE = 500;

/** `audit`: who did what, from where, newest first. */
export async function audit(context: Context, options: AuditOptions): Promise<void> {
  const entries = await context.hub("either", async (hub) => {
    const found: AuditEntry[] = [];
    let more = true;
    while (more && found.length < options.limit) {
      const before = found.at(-1)?.id;
      const page = await hub.call("audit.list", {
        limit: Math.min(PAGE, options.limit - found.length),
        ...(options.search === undefined ? {} : { search: options.search }),
        ...(before === undefined ? {} : { before }),
      });
      found.push(...page.entries);
      more = page.more;
    }
    return found;
  });
  if (options.json) return context.json({ entries });
  if (entries.length === 0) return context.io.out("Nothing was recorded.\n");
  const now = context.io.now();
  context.io.out(
    table(
      ["ID", "WHEN", "BY", "FROM", "ACT", "WHAT"],
      entries.map(({ id, at, role, pid, executable, act, detail }) => [
        { text: String(id), right: true },
        relativeTime(at, now),
        role,
        [executable, pid === null ? null : `pid ${pid}`].filter((part) => part !== null).join(" ") || "-",
        act,
        detail,
      ]),
    ),
  );
}
