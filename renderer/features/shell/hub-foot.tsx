import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { IconButton } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { Dot } from "../../ui/status.tsx";

/** Pausing and resuming all calls; a viewer may only pause, resuming goes through the desktop. */
export function usePause(): { readonly paused: boolean; readonly busy: boolean; toggle(): Promise<void> } {
  const { connection, bridge } = useServices();
  const paused = useHub((data) => data.hub?.paused ?? false);
  const [busy, setBusy] = useState(false);
  const toggle = async (): Promise<void> => {
    setBusy(true);
    try {
      if (!paused) await connection.call("hub.pause", {});
      else if (bridge !== undefined) await bridge.resume();
      else await connection.call("hub.resume", {});
    } catch (error) {
      const { message, advice } = failureOf(error);
      toast.error(message, advice === null ? {} : { description: advice });
    } finally {
      setBusy(false);
    }
  };
  return { paused, busy, toggle };
}

/** The hub's state at the foot of the sidebar, always in sight. */
export function HubFoot() {
  const phase = useHub((data) => data.connection.phase);
  const url = useHub((data) => data.hub?.url ?? null);
  const { paused, busy, toggle } = usePause();
  const online = phase === "online";
  const look = !online
    ? phase === "connecting"
      ? { mark: "text-accent", word: "Connecting", moving: true }
      : { mark: "text-bad-mark", word: "Offline", moving: false }
    : paused
      ? { mark: "text-warn-mark", word: "Paused", moving: false }
      : { mark: "text-ok-mark", word: "Running", moving: false };
  return (
    <div
      data-testid="hub-status"
      data-state={online && paused ? "paused" : phase}
      className={cx(
        "border-line border-t px-2.5 py-2.5 max-[740px]:px-1",
        online && paused && "bg-warn-soft",
      )}
    >
      <div className="flex h-6 items-center gap-2 pl-2">
        <Dot mark={look.mark} moving={look.moving} />
        <span role="status" className="min-w-0 flex-1 truncate font-medium text-sm max-[740px]:sr-only">
          {look.word}
        </span>
        {online && (
          <IconButton
            size="sm"
            label={paused ? "Let calls through again" : "Pause all calls"}
            disabled={busy}
            onClick={() => void toggle()}
          >
            {paused ? <Play size={13} /> : <Pause size={13} />}
          </IconButton>
        )}
      </div>
      {url !== null && (
        <div className="flex h-6 items-center gap-1 pl-2 text-muted text-xs max-[740px]:hidden">
          <span className="tabular min-w-0 flex-1 truncate" title={url}>
            {url.replace(/^https?:\/\//, "")}
          </span>
          <CopyButton label="Copy the hub's address" text={url} />
        </div>
      )}
    </div>
  );
}
