import { ArrowUp } from "lucide-react";
import { type MouseEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import type { CallSummary } from "../../../shared/model/call.ts";
import { isFocusLost } from "../../lib/focus-back.ts";
import { count } from "../../lib/format.ts";
import { FixedList } from "../../ui/fixed-list.tsx";
import { ContextArea } from "../../ui/menu.tsx";
import type { VirtualListHandle } from "../../ui/virtual-list.tsx";
import type { Activity } from "./activity.ts";
import { CallMenu } from "./call-menu.tsx";
import { CallRow, HeaderRow, ROW_HEIGHT, WaitingRow } from "./call-row.tsx";
import type { CallsStore } from "./calls-store.ts";
import { layoutFor } from "./columns.ts";
import type { CopyForm } from "./copy-as.ts";
import { ListFoot } from "./list-foot.tsx";
import { MarkedBar } from "./marked-bar.tsx";
import { useCopy } from "./use-copy.ts";

/** Calls that can be chosen together. */
const MOST_MARKED = 1_000;
const HEADER_HEIGHT = 33;
const NONE: ReadonlySet<number> = new Set();

/** The row that the keys are about: where it was, in case it is not in memory any more. */
interface Active {
  readonly id: number;
  readonly index: number;
}

/** The list itself: rows, keys, what is chosen, and what can be done with it. */
export function CallList({ activity }: { readonly activity: Activity }) {
  const { calls, preferences } = activity;
  const { size, selected, waiting, filter } = useStore(calls.store);
  const wanted = useStore(preferences.store, (state) => state.columns);
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [active, setActive] = useState<Active | null>(null);
  const [marked, setMarked] = useState(NONE);
  const [pointed, setPointed] = useState<CallSummary | null>(null);
  /** Where a range begins, and where the keys have gone while a page was still being read. */
  const anchor = useRef(0);
  const target = useRef<number | undefined>(undefined);
  const copy = useCopy();
  const today = new Date().setHours(12, 0, 0, 0);
  const layout = useMemo(() => layoutFor(wanted, width), [wanted, width]);
  const current = selected ?? active?.id ?? null;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    // Who comes back finds the open call where the list shows it.
    const { selected: open } = calls.store.getState();
    const place = open === null ? -1 : calls.indexOf(open);
    if (place >= 0) list.current?.reveal(place, "center");
    // Nobody reads a list that is not shown.
    return () => calls.setReading(false);
  }, [calls]);
  const opened = useRef(selected);
  useEffect(() => {
    // Who has closed a call goes on in the list.
    if (opened.current !== null && selected === null && isFocusLost()) list.current?.element?.focus();
    opened.current = selected;
  }, [selected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list, with nothing chosen in it
  useEffect(() => setMarked(NONE), [filter]);

  const indexOfCurrent = (): number => {
    if (target.current !== undefined) return target.current;
    if (current === null) return -1;
    const found = calls.indexOf(current);
    return found >= 0 ? found : active?.id === current ? active.index : -1;
  };
  const markRange = useCallback(
    async (from: number, to: number): Promise<void> => {
      const ids = await idsBetween(calls, from, to);
      if (Math.abs(to - from) >= MOST_MARKED)
        toast.message(`${count(MOST_MARKED)} calls can be chosen together; the others were left out.`);
      setMarked(new Set(ids));
    },
    [calls],
  );
  const move = async (index: number, extend: boolean): Promise<void> => {
    const place = Math.min(calls.store.getState().size - 1, Math.max(0, index));
    if (place < 0) return;
    target.current = place;
    list.current?.reveal(place);
    const call = calls.row(place) ?? (await calls.fetch(place));
    if (target.current !== place) return;
    target.current = undefined;
    if (call === undefined) return;
    setActive({ id: call.id, index: place });
    if (extend) await markRange(anchor.current, place);
    else {
      anchor.current = place;
      if (calls.store.getState().selected !== null) calls.select(call.id);
    }
  };
  const toggle = useCallback((id: number): void => {
    setMarked((known) => {
      const next = new Set(known);
      if (!next.delete(id) && next.size < MOST_MARKED) next.add(id);
      return next;
    });
  }, []);
  const onPress = useCallback(
    (call: CallSummary, index: number, event: MouseEvent) => {
      setActive({ id: call.id, index });
      if (event.shiftKey) {
        getSelection()?.removeAllRanges();
        void markRange(anchor.current, index);
        return;
      }
      anchor.current = index;
      if (event.ctrlKey || event.metaKey) toggle(call.id);
      else {
        setMarked(NONE);
        calls.select(call.id);
      }
    },
    [calls, markRange, toggle],
  );
  const onLook = useCallback((first: number, last: number) => calls.look(first, last), [calls]);
  const chosen = (): readonly number[] => (marked.size > 0 ? [...marked] : current === null ? [] : [current]);
  const copyChosen = (form: CopyForm): void => {
    const ids = chosen();
    if (ids.length > 0) void copy(form, form === "json" ? ids : ids.slice(0, 1));
  };
  const rowsOfPage = (): number =>
    Math.max(1, Math.floor(((list.current?.element?.clientHeight ?? 500) - HEADER_HEIGHT) / ROW_HEIGHT) - 1);

  return (
    <div ref={box} className="relative flex min-h-0 flex-1 flex-col">
      {waiting > 0 && (
        <div className="pointer-events-none absolute inset-x-0 top-10 z-10 flex justify-center">
          <button
            type="button"
            data-testid="new-calls"
            onClick={() => {
              calls.catchUp();
              list.current?.reveal(0, "start");
            }}
            className="tabular anim-rise pointer-events-auto flex h-7 items-center gap-1.5 rounded-full bg-accent-fill pr-3 pl-2.5 font-medium text-on-accent text-xs shadow-pop hover:bg-accent-fill-hover"
          >
            <ArrowUp size={13} />
            {count(waiting)} new
          </button>
        </div>
      )}
      <ContextArea
        onOpen={(open) => !open && list.current?.element?.focus()}
        items={
          pointed !== null && <CallMenu call={pointed} activity={activity} copy={copy} onMark={toggle} />
        }
      >
        <FixedList
          handle={list}
          count={size}
          rowHeight={ROW_HEIGHT}
          headerHeight={HEADER_HEIGHT}
          rowKey={(index) => calls.row(index)?.id ?? -index - 1}
          role="grid"
          aria-label="Calls"
          aria-rowcount={size + 1}
          aria-multiselectable="true"
          tabIndex={0}
          data-testid="calls"
          className="outline-offset-[-2px]"
          {...(current === null ? {} : { "aria-activedescendant": `call-${current}` })}
          onLook={onLook}
          onTop={(pixels) => calls.setReading(pixels > ROW_HEIGHT / 2)}
          onContextMenu={(event) => {
            const row = (event.target as Element).closest("[data-call-id]");
            const id = row === null ? current : Number(row.getAttribute("data-call-id"));
            const call = id === null ? undefined : calls.row(calls.indexOf(id));
            // No menu where there is no call.
            if (call === undefined) event.preventDefault();
            else setPointed(call);
          }}
          onKeyDown={(event) => {
            const at = indexOfCurrent();
            const mod = event.ctrlKey || event.metaKey;
            const go = (index: number): void => void move(index, event.shiftKey);
            if (mod && event.key === "c") {
              if ((getSelection()?.toString() ?? "") !== "" || chosen().length === 0) return;
              copyChosen("json");
            } else if (mod || event.altKey) return;
            else if (event.key === "ArrowDown" || event.key === "j") go(at + 1);
            else if (event.key === "ArrowUp" || event.key === "k") go(at - 1);
            else if (event.key === "PageDown") go(at + rowsOfPage());
            else if (event.key === "PageUp") go(at - rowsOfPage());
            else if (event.key === "Home") go(0);
            else if (event.key === "End") go(size - 1);
            else if (event.key === "Enter" && current !== null) calls.select(current);
            else if ((event.key === " " || event.key === "x") && current !== null) toggle(current);
            else if (event.key === "u") copyChosen("curl");
            else if (event.key === "m") copyChosen("command");
            else if (event.key === "Escape" && selected !== null) {
              setActive({ id: selected, index: at });
              calls.select(null);
            } else if (event.key === "Escape" && marked.size > 0) setMarked(NONE);
            else return;
            event.preventDefault();
          }}
          header={<HeaderRow layout={layout} />}
          body={{ role: "rowgroup", style: { minWidth: layout.minWidth } }}
          renderRow={(index) => {
            const call = calls.row(index);
            if (call === undefined) return <WaitingRow index={index} />;
            return (
              <CallRow
                call={call}
                index={index}
                layout={layout}
                selected={call.id === current}
                marked={marked.has(call.id)}
                today={today}
                onPress={onPress}
              />
            );
          }}
        />
      </ContextArea>
      {marked.size > 0 && (
        <MarkedBar
          ids={[...marked]}
          onClear={() => {
            setMarked(NONE);
            list.current?.element?.focus();
          }}
          onCopy={() => copyChosen("json")}
        />
      )}
      <ListFoot activity={activity} />
    </div>
  );
}

/** The calls from one place to another, both included, as many as may be chosen together; read where need be. */
async function idsBetween(calls: CallsStore, from: number, to: number): Promise<number[]> {
  const step = to >= from ? 1 : -1;
  const ids: number[] = [];
  for (let index = from; ids.length < MOST_MARKED; index += step) {
    const call = calls.row(index) ?? (await calls.fetch(index));
    if (call !== undefined) ids.push(call.id);
    if (index === to) break;
  }
  return ids;
}
