import { useEffect, useState } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import { count, plural } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { Progress } from "../../ui/progress.tsx";
import type { Activity } from "./activity.ts";
import { useReach } from "./reach.ts";

/** The line below the list: how many calls there are, how far a search reached, and how an export goes. */
export function ListFoot({ activity: { calls } }: { readonly activity: Activity }) {
  const { size, more, reading, missed } = useStore(calls.store);
  const reach = useReach(calls);
  return (
    <div
      data-testid="list-foot"
      className="tabular flex h-7 shrink-0 items-center gap-3 overflow-hidden whitespace-nowrap border-line border-t bg-panel px-5 text-muted text-xs"
    >
      <span role="status">
        {count(size)}
        {more ? "+" : ""} {size === 1 && !more ? "call" : "calls"}
      </span>
      {reading && <span>Reading…</span>}
      {missed > 0 && <span>{count(missed)} more are on their way</span>}
      {reach !== null && (
        <span data-testid="searched" title={reach} className="truncate text-warn">
          {reach}
        </span>
      )}
    </div>
  );
}

/** What is over sooner, in milliseconds, is not shown at all: the list would only jump. */
const LATE_MS = 250;

/** Whether something lasts for a while already. */
function useLate(lasts: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!lasts) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [lasts]);
  return late;
}

/** How an export goes; nothing while there is none. Its end is told in passing. */
export function ExportStrip({ activity: { calls, exports } }: { readonly activity: Activity }) {
  const state = useStore(exports.store);
  const { size, more } = useStore(calls.store);
  const reach = useReach(calls);
  useEffect(() => {
    if (state.phase === "done") {
      const said = `${state.name}: ${plural(state.calls, "call")}`;
      if (state.reach === null) toast.success(said);
      else toast.warning(said, { description: state.reach, duration: 15_000 });
    } else if (state.phase === "failed")
      toast.error(`The export failed: ${state.failure.message}`, {
        description: state.failure.advice ?? undefined,
      });
    else return;
    exports.clear();
  }, [state, exports]);
  const late = useLate(state.phase === "running");
  if (state.phase !== "running" || !late) return null;
  return (
    <div
      data-testid="export"
      className="flex h-9 shrink-0 items-center gap-3 border-line border-b bg-panel px-5 text-sm"
    >
      <span role="status" className="tabular shrink-0 text-muted">
        Exporting as {state.format.toUpperCase()}: {count(state.calls)}
        {more ? "" : ` of ${count(size)}`} calls
      </span>
      {reach !== null && (
        <span title={reach} className="min-w-0 truncate text-warn">
          {reach}
        </span>
      )}
      <Progress
        label="Exported"
        done={more ? undefined : Math.min(1, state.calls / Math.max(1, size))}
        className="min-w-20 flex-1"
      />
      <Button size="sm" onClick={() => exports.cancel()}>
        Cancel
      </Button>
    </div>
  );
}
