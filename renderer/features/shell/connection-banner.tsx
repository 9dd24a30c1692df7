import { Play, RotateCw } from "lucide-react";
import { toast } from "sonner";
import { until } from "../../lib/format.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { usePause } from "./hub-foot.tsx";

/** Says across the top that the hub is gone or that calls are paused, and what is done about it. */
export function ConnectionBanner() {
  const state = useHub((data) => data.connection);
  const { paused, busy, toggle } = usePause();
  if (state.phase === "offline") return <Offline state={state} />;
  if (state.phase === "online" && paused)
    return (
      <div data-testid="paused-banner">
        <Banner
          flush
          tone="warn"
          title="All calls are paused"
          actions={
            <Button size="sm" icon={<Play size={13} />} busy={busy} onClick={() => void toggle()}>
              Resume
            </Button>
          }
        >
          Clients that call now are told so; nothing reaches a server.
        </Banner>
      </div>
    );
  return null;
}

function Offline({
  state,
}: {
  readonly state: { reason: string; advice: string | null; attempt: number; retryAt: number | null };
}) {
  const { connection, bridge } = useServices();
  const now = useNow(500);
  const trying =
    state.attempt === 0
      ? ""
      : `${bridge === undefined ? "Reconnecting" : "Restarting"}, attempt ${state.attempt}${state.retryAt === null || state.retryAt <= now ? "…" : ` ${until(state.retryAt, now)}`}`;
  const retry = (): void => {
    if (bridge === undefined) connection.retry();
    else bridge.startHub().then(connection.retry, (error: unknown) => toast.error(failureOf(error).message));
  };
  return (
    <div data-testid="offline-banner">
      <Banner
        flush
        tone="bad"
        title={state.reason}
        actions={
          <Button size="sm" icon={<RotateCw size={13} />} onClick={retry}>
            Try now
          </Button>
        }
      >
        <span className="tabular">
          {[state.advice, trying].filter((part) => part !== null && part !== "").join(" ")}
        </span>
      </Banner>
    </div>
  );
}
