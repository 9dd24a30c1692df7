import { useCallback } from "react";
import type { Broadcast } from "../../../../shared/contract.ts";
import type { CallSummary } from "../../../../shared/model/call.ts";
import type { Connection } from "../../../lib/connection.ts";
import { ago, duration } from "../../../lib/format.ts";
import { useResource } from "../../../lib/resource.ts";
import { useNow, useServices } from "../../../lib/services.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Failure } from "../../../ui/failure.tsx";
import { ServerText } from "../../../ui/server-text.tsx";
import { SkeletonRows } from "../../../ui/skeleton.tsx";
import { CallOutcome } from "../../../ui/status.tsx";

const NEVER: readonly Broadcast[] = [];
const LISTED = 30;

/** Chooses the call to compare with, among the last ones of the same tool. */
export function CompareDialog({
  call,
  onClose,
}: {
  readonly call: CallSummary;
  readonly onClose: () => void;
}) {
  const { router } = useServices();
  const now = useNow(30_000);
  const { id, server, tool, method } = call;
  const load = useCallback(
    async (connection: Connection): Promise<CallSummary[]> => {
      const exact = (name: string | null): boolean => name !== null && !name.includes("*");
      const { calls } = await connection.call("calls.list", {
        filter: {
          method,
          ...(server !== null && exact(server) ? { server } : {}),
          ...(tool !== null && exact(tool) ? { tool } : {}),
        },
        limit: LISTED + 1,
      });
      return calls.filter((other) => other.id !== id).slice(0, LISTED);
    },
    [id, server, tool, method],
  );
  const { value, failure, reload } = useResource(load, NEVER);
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title="Compare with…"
      description="The last calls of the same tool."
    >
      {failure !== null ? (
        <Failure what="The calls could not be read." failure={failure} onRetry={reload} />
      ) : value === null ? (
        <SkeletonRows rows={4} label="Loading the calls" />
      ) : value.length === 0 ? (
        <p className="text-muted">There is no other call of this tool. Run it again to have one.</p>
      ) : (
        <ul className="tabular -mx-2" data-testid="compare-with">
          {value.map((other) => (
            <li key={other.id}>
              <button
                type="button"
                onClick={() =>
                  // The older one stands at the left.
                  router.go({
                    screen: "compare",
                    first: Math.min(id, other.id),
                    second: Math.max(id, other.id),
                  })
                }
                className="grid w-full grid-cols-[64px_104px_minmax(0,1fr)_72px_96px] items-center gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover"
              >
                <span className="text-muted">#{other.id}</span>
                <CallOutcome status={other.status} />
                <ServerText text={other.client ?? "anonymous"} limit={60} />
                <span className="text-right">{duration(other.durationUs)}</span>
                <span className="text-right text-muted">{ago(other.startedAt, now)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
