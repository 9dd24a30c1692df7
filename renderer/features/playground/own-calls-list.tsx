import { useCallback } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import { type CallSummary, OWN_CLIENT } from "../../../shared/model/call.ts";
import type { Connection } from "../../lib/connection.ts";
import { clock, duration, otherDay } from "../../lib/format.ts";
import { useResource } from "../../lib/resource.ts";
import { routeHref } from "../../lib/router.ts";
import { useNow } from "../../lib/services.tsx";
import { CallOutcome } from "../../ui/status.tsx";

const CHANGED: readonly Broadcast[] = ["callsRecorded"];
const SHOWN = 10;

/** The last calls that the person made of a tool: each opens the tool with its arguments, beside its result. */
export function OwnCallsList({ server, tool }: { readonly server: string; readonly tool: string }) {
  const now = useNow(60_000);
  const load = useCallback(
    async (connection: Connection): Promise<CallSummary[]> => {
      const exact = [server, tool].every((name) => !name.includes("*"));
      const { calls } = await connection.call("calls.list", {
        filter: { client: OWN_CLIENT, ...(exact ? { server, tool } : {}) },
        limit: SHOWN,
      });
      return calls.filter((call) => call.server === server && call.tool === tool);
    },
    [server, tool],
  );
  const { value } = useResource(load, CHANGED);
  if (value === null || value.length === 0) return null;
  return (
    <section aria-labelledby="own-calls" className="border-line border-t px-5 py-4">
      <h2 id="own-calls" className="mb-1.5 font-medium text-sm">
        Your last calls of it
      </h2>
      <ul className="tabular -mx-2 text-sm" data-testid="own-calls">
        {value.map((call) => (
          <li key={call.id}>
            <a
              href={routeHref({ screen: "playground", server, tool, call: call.id })}
              className="grid h-7 grid-cols-[minmax(0,1fr)_104px_72px] items-center gap-3 rounded-md px-2 hover:bg-hover"
            >
              <span className="truncate text-muted">
                {otherDay(call.startedAt, now)} {clock(call.startedAt).slice(0, 8)}
              </span>
              <CallOutcome status={call.status} />
              <span className="text-right">{duration(call.durationUs)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
