import {
  type HTMLAttributes,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { cx } from "./cx.ts";
import type { VirtualListHandle } from "./virtual-list.tsx";

interface FixedListProps extends Omit<HTMLAttributes<HTMLDivElement>, "children"> {
  readonly count: number;
  /** Height of every row in pixels. */
  readonly rowHeight: number;
  readonly rowKey: (index: number) => string | number;
  readonly renderRow: (index: number) => ReactNode;
  readonly handle?: Ref<VirtualListHandle>;
  /** Sticks to the top, above the rows. */
  readonly header?: ReactNode;
  /** Height of that header in pixels. */
  readonly headerHeight?: number;
  /** Attributes of the element that holds the rows (its role, usually). */
  readonly body?: HTMLAttributes<HTMLDivElement>;
}

const OVERSCAN = 6;

/**
 * A list of rows of one height, of which only those in view are in the document. Unlike VirtualList it keeps nothing
 * per row, so that thousands of rows changing several times a second cost only what is in view.
 */
export function FixedList({
  count,
  rowHeight,
  rowKey,
  renderRow,
  handle,
  header,
  headerHeight = 0,
  body,
  className,
  onScroll,
  ...rest
}: FixedListProps) {
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [inView, setInView] = useState(30);
  useLayoutEffect(() => {
    const scroller = element.current;
    if (scroller === null) return;
    const observer = new ResizeObserver(() => setInView(Math.ceil(scroller.clientHeight / rowHeight)));
    observer.observe(scroller);
    return () => observer.disconnect();
  }, [rowHeight]);
  useImperativeHandle(
    handle,
    () => ({
      get element() {
        return element.current;
      },
      reveal(index, align = "auto") {
        const scroller = element.current;
        if (scroller === null) return;
        const start = index * rowHeight;
        const room = scroller.clientHeight - headerHeight;
        if (align === "center") scroller.scrollTop = start - room / 2;
        else if (start < scroller.scrollTop || align === "start") scroller.scrollTop = start;
        else if (start + rowHeight > scroller.scrollTop + room || align === "end")
          scroller.scrollTop = start + rowHeight - room;
      },
    }),
    [rowHeight, headerHeight],
  );
  const first = Math.max(0, Math.min(top, count - inView) - OVERSCAN);
  const last = Math.min(count, top + inView + OVERSCAN);
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index += 1)
    rows.push(
      <div key={rowKey(index)} role="presentation" style={{ height: rowHeight, contain: "strict" }}>
        {renderRow(index)}
      </div>,
    );
  return (
    <div
      ref={element}
      {...rest}
      onScroll={(event) => {
        setTop(Math.floor(event.currentTarget.scrollTop / rowHeight));
        onScroll?.(event);
      }}
      className={cx("min-h-0 flex-1 overflow-auto [overflow-anchor:none]", className)}
    >
      {header}
      <div {...body} style={{ height: count * rowHeight, overflow: "hidden" }}>
        <div role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
