import {
  type HTMLAttributes,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { cx } from "./cx.ts";
import { createScrollMap } from "./scroll-map.ts";
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
  /** Told which rows are in the document: `last` is the first that is not. */
  readonly onLook?: (first: number, last: number) => void;
  /** Told of a scroll, with the pixels above the view. */
  readonly onTop?: (pixels: number) => void;
}

const OVERSCAN = 6;

/**
 * A list of rows of one height, of which only those in view are in the document. Unlike VirtualList it keeps nothing
 * per row, so that a million rows, or thousands changing several times a second, cost only what is in view.
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
  onLook,
  onTop,
  className,
  onScroll,
  ...rest
}: FixedListProps) {
  const element = useRef<HTMLDivElement>(null);
  const [map] = useState(createScrollMap);
  const [{ top, offset }, setPlace] = useState({ top: 0, offset: 0 });
  const [inView, setInView] = useState(30);
  const place = (): void => {
    const next = { top: Math.floor(map.top / rowHeight), offset: map.offset };
    setPlace((known) => (known.top === next.top && known.offset === next.offset ? known : next));
  };
  useLayoutEffect(() => {
    const scroller = element.current;
    if (scroller === null) return;
    const observer = new ResizeObserver(() => setInView(Math.ceil(scroller.clientHeight / rowHeight)));
    observer.observe(scroller);
    return () => observer.disconnect();
  }, [rowHeight]);
  // Before anything is measured a window's height stands in.
  map.resize(count * rowHeight, (element.current?.clientHeight ?? 600) - headerHeight);
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
        const wanted =
          align === "center"
            ? start - room / 2
            : start < map.top || align === "start"
              ? start
              : start + rowHeight > map.top + room || align === "end"
                ? start + rowHeight - room
                : undefined;
        if (wanted === undefined) return;
        scroller.scrollTop = map.seek(wanted);
        setPlace({ top: Math.floor(map.top / rowHeight), offset: map.offset });
      },
    }),
    [rowHeight, headerHeight, map],
  );
  const first = Math.max(0, Math.min(top, count - inView) - OVERSCAN);
  const last = Math.min(count, top + inView + OVERSCAN);
  useEffect(() => onLook?.(first, last), [onLook, first, last]);
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
        const put = map.scrolled(event.currentTarget.scrollTop);
        if (put !== undefined) event.currentTarget.scrollTop = put;
        place();
        onTop?.(map.top);
        onScroll?.(event);
      }}
      className={cx("min-h-0 flex-1 overflow-auto [overflow-anchor:none]", className)}
    >
      {header}
      <div {...body} style={{ ...body?.style, height: map.extent, overflow: "hidden" }}>
        <div role="presentation" style={{ transform: `translateY(${first * rowHeight - offset}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
