import { Play, RotateCw, Unplug } from "lucide-react";
import { toast } from "sonner";
import { until } from "../../lib/format.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { usePause } from "./hub-foot.tsx";

/** Says across the top that the hub is gone or that calls are paused, and what is done about it. */
export function ConnectionBanner() {
  const state = useHub((data) => data.connection);
  const { paused, busy, toggle } = usePause();
  const loaded = useHub((data) => data.loaded);
  if (state.phase === "offline") return loaded ? <Offline state={state} /> : null;
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

interface OfflineState {
  readonly reason: string;
  readonly advice: string | null;
  readonly attempt: number;
  readonly retryAt: number | null;
}

/** What is being done about it, in words, and the button that does it now. */
function useRetry(state: OfflineState): {
  readonly trying: string;
  readonly retry: (() => void) | undefined;
} {
  const { connection, bridge } = useServices();
  const now = useNow(500);
  if (state.attempt === 0 && bridge === undefined) return { trying: "", retry: undefined };
  const verb = bridge === undefined ? "Reconnecting" : "Restarting";
  const when = state.retryAt === null || state.retryAt <= now ? "…" : ` ${until(state.retryAt, now)}`;
  return {
    trying: state.attempt === 0 ? "" : `${verb}, attempt ${state.attempt}${when}`,
    retry: () => {
      if (bridge === undefined) connection.retry();
      else
        bridge.startHub().then(connection.retry, (error: unknown) => toast.error(failureOf(error).message));
    },
  };
}

const TryNow = ({ retry }: { readonly retry: () => void }) => (
  <Button size="sm" icon={<RotateCw size={13} />} onClick={retry}>
    Try now
  </Button>
);

function Offline({ state }: { readonly state: OfflineState }) {
  const { trying, retry } = useRetry(state);
  return (
    <div data-testid="offline-banner">
      <Banner flush tone="bad" title={state.reason} actions={retry !== undefined && <TryNow retry={retry} />}>
        <span className="tabular">
          {[state.advice ?? "", trying].filter((part) => part !== "").join(" ")}
        </span>
      </Banner>
    </div>
  );
}

/** In place of a screen while the hub has never been reached: nothing is known yet that could be shown. */
export function OfflineScreen({ state }: { readonly state: OfflineState }) {
  const { trying, retry } = useRetry(state);
  return (
    <main data-testid="offline-banner" className="flex-1">
      <EmptyState
        icon={<Unplug size={22} />}
        title={state.reason}
        actions={
          retry !== undefined && (
            <Button variant="primary" icon={<RotateCw size={13} />} onClick={retry}>
              Try now
            </Button>
          )
        }
      >
        <span role="status" className="tabular">
          {state.advice} {trying}
        </span>
      </EmptyState>
    </main>
  );
}
