import { useCallback } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import type { Connection } from "../../lib/connection.ts";
import { clock, duration, otherDay } from "../../lib/format.ts";
import { useResource } from "../../lib/resource.ts";
import { routeHref } from "../../lib/router.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useNow, useServices } from "../../lib/services.tsx";
import { Failure } from "../../ui/failure.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { CallOutcome } from "../../ui/status.tsx";

const SHOWN = 8;
const CHANGED: readonly Broadcast[] = ["callsRecorded"];

/** The last calls of a client; each leads to itself in Activity. */
export function LastCalls({ client }: { readonly client: string }) {
  const { router } = useServices();
  const now = useNow(60_000);
  const load = useCallback(
    (connection: Connection) =>
      connection.call("calls.list", { filter: { client }, limit: SHOWN }).then(({ calls }) => calls),
    [client],
  );
  const { value, failure, reload } = useResource(load, CHANGED);
  return (
    <section aria-labelledby="last-calls">
      <div className="mb-2 flex items-baseline gap-3">
        <h2 id="last-calls" className="font-semibold text-base tracking-[-0.008em]">
          Last calls
        </h2>
        {value !== null && value.length > 0 && (
          <a
            href={routeHref({ screen: "activity", client })}
            className="rounded-sm text-accent text-sm hover:underline"
          >
            All of its calls
          </a>
        )}
      </div>
      {value === null && failure !== null ? (
        <Failure what="Its calls could not be read." failure={failure} onRetry={reload} />
      ) : value === null ? (
        <div role="status" aria-label="Loading its calls" className="skeleton h-24 rounded-lg" />
      ) : value.length === 0 ? (
        <p className="rounded-lg border border-line bg-sunken px-4 py-3 text-muted text-sm">
          It has called nothing yet.
        </p>
      ) : (
        <ul
          aria-label="Last calls"
          className="overflow-hidden rounded-lg border border-line"
          onKeyDown={moveFocus}
        >
          {value.map((call) => (
            <li key={call.id}>
              <a
                data-roving=""
                data-testid="last-call"
                href={routeHref({ screen: "activity", client, call: call.id })}
                onClick={(event) => {
                  event.preventDefault();
                  router.go({ screen: "activity", client, call: call.id });
                }}
                className="grid h-8 grid-cols-[104px_minmax(0,1fr)_104px_84px] items-center gap-x-4 border-line/60 border-b px-4 text-sm outline-offset-[-2px] hover:bg-hover"
              >
                <span className="tabular truncate text-muted">
                  {otherDay(call.startedAt, now)} {clock(call.startedAt).slice(0, 8)}
                </span>
                <span className="flex min-w-0 items-baseline gap-1.5">
                  {call.server !== null && (
                    <>
                      <ServerText text={call.server} limit={40} className="max-w-[40%] shrink-0 text-muted" />
                      <span className="text-faint">/</span>
                    </>
                  )}
                  <ServerText text={call.tool ?? call.method} limit={80} className="min-w-8 font-medium" />
                </span>
                <CallOutcome status={call.status} />
                <span className="tabular text-right">{duration(call.durationUs)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
