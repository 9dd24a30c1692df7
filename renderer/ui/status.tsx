import { Ban, Check, CircleSlash, CircleX, Clock, type LucideIcon, TriangleAlert } from "lucide-react";
import type { CallStatus } from "../../shared/model/call.ts";
import type { ServerState } from "../../shared/model/server.ts";
import { cx } from "./cx.ts";

interface DotLook {
  readonly word: string;
  readonly mark: string;
  readonly hollow?: boolean;
  readonly moving?: boolean;
  readonly text?: string;
}

const SERVER: Record<ServerState, DotLook> = {
  ready: { word: "Ready", mark: "text-ok-mark" },
  degraded: { word: "Degraded", mark: "text-warn-mark", text: "text-warn" },
  starting: { word: "Starting", mark: "text-accent", moving: true },
  stopping: { word: "Stopping", mark: "text-idle-mark", moving: true },
  stopped: { word: "Stopped", mark: "text-idle-mark" },
  failed: { word: "Failed", mark: "text-bad-mark", text: "text-bad" },
  "needs-auth": { word: "Needs sign-in", mark: "text-warn-mark", text: "text-warn" },
  disabled: { word: "Disabled", mark: "text-idle-mark", hollow: true, text: "text-muted" },
};

/** A dot of one colour; always beside a word, never alone. */
export function Dot({
  mark,
  hollow,
  moving,
}: {
  readonly mark: string;
  readonly hollow?: boolean | undefined;
  readonly moving?: boolean | undefined;
}) {
  return (
    <span
      aria-hidden
      className={cx(
        "size-2 shrink-0 rounded-full border-[1.5px] border-current",
        !hollow && "bg-current",
        moving && "anim-breathe",
        mark,
      )}
    />
  );
}

/** A server's state as dot and word. */
export function ServerStatus({ state }: { readonly state: ServerState }) {
  const look = SERVER[state];
  return (
    <span
      data-testid="server-state"
      data-state={state}
      className={cx("inline-flex items-center gap-2 whitespace-nowrap", look.text)}
    >
      <Dot mark={look.mark} hollow={look.hollow} moving={look.moving} />
      {look.word}
    </span>
  );
}

/** The word for a server's state. */
export const serverWord = (state: ServerState): string => SERVER[state].word;

const CALL: Record<CallStatus, { word: string; icon: LucideIcon; text: string }> = {
  ok: { word: "OK", icon: Check, text: "text-ok" },
  tool_error: { word: "Tool error", icon: TriangleAlert, text: "text-warn" },
  error: { word: "Error", icon: CircleX, text: "text-bad" },
  denied: { word: "Denied", icon: Ban, text: "text-bad" },
  cancelled: { word: "Cancelled", icon: CircleSlash, text: "text-muted" },
  timeout: { word: "Timed out", icon: Clock, text: "text-warn" },
};

/** How a call ended, as icon, word and colour. */
export function CallOutcome({
  status,
  wordClass,
}: {
  readonly status: CallStatus;
  readonly wordClass?: string;
}) {
  const { word, icon: Icon, text } = CALL[status];
  return (
    <span
      data-status={status}
      title={word}
      className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", text)}
    >
      <Icon aria-hidden size={13} strokeWidth={2.25} />
      <span className={wordClass}>{word}</span>
    </span>
  );
}

/** The word for a call's outcome. */
export const callWord = (status: CallStatus): string => CALL[status].word;
