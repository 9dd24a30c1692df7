import { useVirtualizer } from "@tanstack/react-virtual";
import { type HTMLAttributes, type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import { cx } from "./cx.ts";

export interface VirtualListHandle {
  readonly element: HTMLDivElement | null;
  /** Brings a row into view with as little scrolling as possible, or to the end. */
  reveal(index: number, align?: "auto" | "start" | "end" | "center"): void;
}

interface VirtualListProps extends Omit<HTMLAttributes<HTMLDivElement>, "children"> {
  readonly count: number;
  /** Height of a row in pixels; with `measured` only the first guess. */
  readonly rowHeight: number;
  /** Rows may be taller than `rowHeight`. */
  readonly measured?: boolean;
  readonly rowKey: (index: number) => string | number;
  readonly renderRow: (index: number) => ReactNode;
  readonly handle?: Ref<VirtualListHandle>;
  /** Shown above the rows and scrolling with them sideways, not upwards. */
  readonly header?: ReactNode;
  readonly footer?: ReactNode;
  /** Attributes of the element that holds the rows (its role, usually). */
  readonly body?: HTMLAttributes<HTMLDivElement>;
  readonly overscan?: number;
}

/** A list of which only what is in view is in the document. */
export function VirtualList({
  count,
  rowHeight,
  measured = false,
  rowKey,
  renderRow,
  handle,
  header,
  footer,
  body,
  overscan = 8,
  className,
  ...rest
}: VirtualListProps) {
  const element = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => element.current,
    estimateSize: () => rowHeight,
    getItemKey: rowKey,
    overscan,
    useFlushSync: false,
  });
  useImperativeHandle(
    handle,
    () => ({
      get element() {
        return element.current;
      },
      reveal: (index, align = "auto") => virtualizer.scrollToIndex(index, { align }),
    }),
    [virtualizer],
  );
  return (
    <div
      ref={element}
      {...rest}
      className={cx("min-h-0 flex-1 overflow-auto [overflow-anchor:none]", className)}
    >
      {header}
      <div {...body} style={{ height: virtualizer.getTotalSize(), position: "relative", minWidth: "100%" }}>
        {virtualizer.getVirtualItems().map((item) => (
          <div
            key={item.key}
            role="presentation"
            {...(measured ? { ref: virtualizer.measureElement, "data-index": item.index } : {})}
            style={{
              position: "absolute",
              top: 0,
              left: 0,
              right: 0,
              transform: `translateY(${item.start}px)`,
              ...(measured ? {} : { height: rowHeight, contain: "strict" }),
            }}
          >
            {renderRow(item.index)}
          </div>
        ))}
      </div>
      {footer}
    </div>
  );
}
