import { type ReactNode, useRef, useState } from "react";
import { cx } from "./cx.ts";

const KEY = "gatehouse.split";
const STEP = 0.03;

const clamp = (share: number): number => Math.min(0.75, Math.max(0.25, share));

/**
 * Two panes side by side with a handle between them; the share is remembered in this window. Where there is no room
 * for two, the second is shown instead of the first, or below it.
 */
export function Split({
  first,
  second,
  narrow = "second",
}: {
  readonly first: ReactNode;
  readonly second: ReactNode | undefined;
  readonly narrow?: "second" | "below";
}) {
  const box = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => clamp(Number(sessionStorage.getItem(KEY)) || 0.5));
  const move = (next: number): void => {
    setShare(clamp(next));
    sessionStorage.setItem(KEY, String(clamp(next)));
  };
  const below = narrow === "below";
  return (
    <div className="@container/split flex min-h-0 min-w-0 flex-1">
      <div
        ref={box}
        className={cx(
          "flex min-h-0 min-w-0 flex-1",
          below && "@max-[640px]/split:flex-col @max-[640px]/split:overflow-y-auto",
        )}
      >
        <div
          className={cx(
            "@container flex min-w-0 flex-col",
            second !== undefined &&
              (below
                ? "@max-[640px]/split:w-full! @max-[640px]/split:shrink-0"
                : "@max-[640px]/split:hidden"),
          )}
          style={{ width: second === undefined ? "100%" : `${share * 100}%` }}
        >
          {first}
        </div>
        {second !== undefined && (
          <>
            {/* biome-ignore lint/a11y/useSemanticElements: an hr cannot be dragged */}
            <div
              role="separator"
              aria-label="Resize the panes"
              aria-orientation="vertical"
              aria-valuenow={Math.round(share * 100)}
              aria-valuemin={25}
              aria-valuemax={75}
              tabIndex={0}
              className="group relative z-10 w-px shrink-0 cursor-col-resize bg-line @max-[640px]/split:hidden"
              onKeyDown={(event) => {
                if (event.key === "ArrowLeft") move(share - STEP);
                else if (event.key === "ArrowRight") move(share + STEP);
                else return;
                event.preventDefault();
              }}
              onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
              onPointerMove={(event) => {
                const bounds = box.current?.getBoundingClientRect();
                if (bounds !== undefined && event.currentTarget.hasPointerCapture(event.pointerId))
                  move((event.clientX - bounds.left) / bounds.width);
              }}
            >
              <div className="absolute inset-y-0 -left-1.5 w-3 after:absolute after:inset-y-0 after:left-[5px] after:w-[3px] after:transition-colors after:delay-75 group-hover:after:bg-accent group-focus-visible:after:bg-accent" />
            </div>
            <div
              className={cx(
                "@container flex min-w-0 flex-1 flex-col",
                below &&
                  "@max-[640px]/split:flex-none @max-[640px]/split:border-line @max-[640px]/split:border-t",
              )}
            >
              {second}
            </div>
          </>
        )}
      </div>
    </div>
  );
}
