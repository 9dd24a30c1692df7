import { ChevronDown, ChevronUp, GripVertical, Pencil, Trash2 } from "lucide-react";
import { toast } from "sonner";
import type { RuleView } from "../../../shared/model/consent.ts";
import { ago, count, fullTime } from "../../lib/format.ts";
import { useNow } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";
import { DecisionBadge } from "./decision.tsx";

/** One rule: its place, what it says, how often it decided, and who made it. */
export function RuleRow({
  view,
  place,
  last,
  movable,
  moving,
  onBy,
  onDrag,
  onSave,
  onCancel,
  onEdit,
}: {
  readonly view: RuleView;
  /** Where it stands, 0 the first; `last` is the greatest place. */
  readonly place: number;
  readonly last: number;
  readonly movable: boolean;
  readonly moving: boolean;
  /** Moves it by so many places. */
  readonly onBy: (places: number) => void;
  /** Moves it to where the pointer is, pixels from the window's top. */
  readonly onDrag: (y: number) => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
  readonly onEdit: () => void;
}) {
  const now = useNow(30_000);
  const { busy, ask } = useAsk();
  const { rule, words, uses, lastUsedAt } = view;
  const undo = (): void =>
    void ask({ type: "rule.add", rule: { ...rule, id: view.id }, at: place }, "The rule is back.");
  const remove = async (): Promise<void> => {
    const removed = await ask({ type: "rule.remove", id: view.id }, "The rule was removed.");
    if (removed)
      toast("Removed by mistake?", { action: { label: "Undo…", onClick: undo }, duration: 12_000 });
  };
  return (
    <li
      data-rule={view.id}
      data-testid="rule-row"
      className={cx("group border-line border-b", moving && "bg-accent-soft")}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a row with buttons of its own cannot be a button */}
      <div
        data-roving=""
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the row takes the keys that move and open it
        tabIndex={0}
        aria-label={`Rule ${place + 1}: ${plainVisible(words, 300)}`}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          if (event.altKey && event.key === "ArrowUp") onBy(-1);
          else if (event.altKey && event.key === "ArrowDown") onBy(1);
          else if (event.key === "Enter" && moving) onSave();
          else if (event.key === "Enter") onEdit();
          else if (event.key === "Escape" && moving) onCancel();
          else if (event.key === "Delete") void remove();
          else return;
          event.preventDefault();
        }}
        className="relative grid grid-cols-[20px_52px_minmax(0,1fr)_auto] items-start gap-x-3 py-2.5 pr-3 pl-5 outline-offset-[-2px] hover:bg-hover @3xl:grid-cols-[20px_52px_minmax(0,1fr)_112px_auto]"
      >
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Drag rule ${place + 1}`}
          disabled={!movable}
          className="absolute top-2.5 left-0.5 flex h-5 w-5 cursor-grab touch-none items-center justify-center rounded-sm text-faint opacity-0 hover:bg-press active:cursor-grabbing disabled:cursor-default group-focus-within:opacity-100 group-hover:opacity-100"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) onDrag(event.clientY);
          }}
        >
          <GripVertical aria-hidden size={14} />
        </button>
        <span className="tabular pt-px text-muted text-sm">{place + 1}</span>
        <span className="flex">
          <DecisionBadge decision={rule.decision} />
        </span>
        <span className="min-w-0 text-sm">
          <ServerText text={words} multiline limit={600} className="block" />
          <span className="flex min-w-0 flex-wrap gap-x-3 text-muted text-xs">
            <span>
              {rule.madeBy === undefined ? (
                "written in gatehouse.json"
              ) : (
                <>
                  by <ServerText text={rule.madeBy} limit={60} className="inline" />
                </>
              )}
              {rule.madeAt !== undefined && (
                <span title={fullTime(rule.madeAt)}>, {ago(rule.madeAt, now)}</span>
              )}
            </span>
            {rule.note !== undefined && (
              <span className="min-w-0">
                “<ServerText text={rule.note} limit={160} className="inline" />”
              </span>
            )}
            <span className="@3xl:hidden">{uses === 0 ? "never used" : `used ${count(uses)}×`}</span>
          </span>
        </span>
        <span className="tabular hidden pt-px text-right text-sm @3xl:block">
          {uses === 0 ? (
            <span className="text-faint">never used</span>
          ) : (
            <>
              {count(uses)}×
              {lastUsedAt !== null && (
                <span className="block text-muted text-xs" title={fullTime(lastUsedAt)}>
                  {ago(lastUsedAt, now)}
                </span>
              )}
            </>
          )}
        </span>
        <span className="flex items-center opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
          <IconButton
            size="sm"
            label={`Move rule ${place + 1} up`}
            keys="alt+ArrowUp"
            disabled={!movable || place === 0}
            onClick={() => onBy(-1)}
          >
            <ChevronUp size={14} />
          </IconButton>
          <IconButton
            size="sm"
            label={`Move rule ${place + 1} down`}
            keys="alt+ArrowDown"
            disabled={!movable || place === last}
            onClick={() => onBy(1)}
          >
            <ChevronDown size={14} />
          </IconButton>
          <IconButton size="sm" label={`Edit rule ${place + 1}`} keys="Enter" onClick={onEdit}>
            <Pencil size={13} />
          </IconButton>
          <IconButton
            size="sm"
            label={`Remove rule ${place + 1}`}
            disabled={busy}
            className="hover:text-bad"
            onClick={() => void remove()}
          >
            <Trash2 size={13} />
          </IconButton>
        </span>
      </div>
    </li>
  );
}
