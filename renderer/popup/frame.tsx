// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import { X } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import type { PopupView } from "../../shared/popup.ts";
import { useNow } from "../lib/services.tsx";
import { EndMark } from "../question/fold.tsx";
import { cx } from "../ui/cx.ts";
import { Mark } from "../ui/mark.tsx";
import { useAnswering } from "./use-input.ts";

/** The popup's window: a header that says who asks and how long there is, what is asked, and the answers. */
export function Frame({
  view,
  title,
  armed,
  footer,
  onClose,
  onFit,
  children,
}: {
  readonly view: PopupView;
  readonly title: ReactNode;
  readonly armed: boolean;
  readonly footer: ReactNode;
  readonly onClose: () => void;
  readonly onFit: (height: number) => void;
  readonly children: ReactNode;
}) {
  const header = useRef<HTMLElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const foot = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured once for what is newly shown
  useLayoutEffect(() => {
    const parts = [header.current, inner.current, foot.current];
    onFit(Math.ceil(parts.reduce((sum, part) => sum + (part?.getBoundingClientRect().height ?? 0), 2)));
    scroller.current?.scrollTo(0, 0);
  }, [view.version]);
  useEffect(() => {
    const scroll = (event: KeyboardEvent): void => {
      const element = scroller.current;
      if (
        element === null ||
        event.target instanceof HTMLTextAreaElement ||
        event.target instanceof HTMLInputElement
      )
        return;
      const page = element.clientHeight - 40;
      const by = { PageDown: page, PageUp: -page, End: element.scrollHeight, Home: -element.scrollHeight }[
        event.key
      ];
      if (by === undefined) return;
      event.preventDefault();
      element.scrollBy(0, by);
    };
    document.addEventListener("keydown", scroll);
    return () => document.removeEventListener("keydown", scroll);
  }, []);
  return (
    <main className="flex h-full flex-col border border-line-strong bg-bg">
      <header ref={header} className="drag relative shrink-0 border-line border-b bg-panel px-4 pt-2.5 pb-3">
        <div className="flex h-6 items-center gap-2 text-muted text-xs">
          <Mark size={15} />
          <span className="font-medium">Gatehouse asks</span>
          <span className="flex-1" />
          {view.total > 1 && (
            <span
              data-testid="queue"
              className="tabular rounded-sm bg-press px-1.5 font-medium text-2xs text-fg"
            >
              1 of {view.total}
            </span>
          )}
          <TimeLeft view={view} />
          <CloseButton onClose={onClose} />
        </div>
        <h1 data-testid="title" className="mt-1 text-balance text-lg tracking-[-0.012em]">
          {title}
        </h1>
        {view.notice !== null && (
          <p role="status" className="mt-1 text-muted text-xs">
            {view.notice}
          </p>
        )}
      </header>
      <div
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="What is asked"
        className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]"
      >
        <div ref={inner} className="py-3 pr-1.5 pl-4">
          {children}
          <EndMark />
        </div>
      </div>
      <footer ref={foot} className="relative shrink-0 border-line border-t bg-panel px-4 pt-3 pb-2.5">
        {!armed && (
          <div aria-hidden className="anim-arm absolute inset-x-0 -top-px h-px origin-left bg-accent" />
        )}
        {footer}
      </footer>
    </main>
  );
}

function CloseButton({ onClose }: { readonly onClose: () => void }) {
  const { armed, handlers } = useAnswering(onClose);
  return (
    <button
      type="button"
      data-answers=""
      aria-label="Close, which denies"
      title="Close, which denies"
      aria-disabled={!armed || undefined}
      {...handlers}
      className="no-drag -mr-1.5 inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-fg"
    >
      <X size={14} />
    </button>
  );
}

/** How long the question stands, counted down. */
function TimeLeft({ view: { question } }: { readonly view: PopupView }) {
  const now = useNow(250);
  if (question?.deadline == null || question.call?.waiting === 0) return null;
  const asked = Date.parse(question.askedAt);
  const end = Date.parse(question.deadline);
  const left = Math.max(0, Math.ceil((end - now) / 1_000));
  const share = Math.max(0, Math.min(1, (end - now) / Math.max(1, end - asked)));
  const words =
    left === 0
      ? "Time is up"
      : left < 100
        ? `${left} s left`
        : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
  return (
    <span
      role="timer"
      data-testid="time-left"
      title="Without an answer the call is denied"
      className={cx("tabular flex items-center gap-1.5", left <= 10 && "font-medium text-warn")}
    >
      <span aria-hidden className="h-1 w-8 overflow-hidden rounded-full bg-press">
        <span
          className={cx("block h-full rounded-full", left <= 10 ? "bg-warn-mark" : "bg-idle-mark")}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      {words}
    </span>
  );
}
