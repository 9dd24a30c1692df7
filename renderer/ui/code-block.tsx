// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** Text for a machine, whole and wrapped, with a place for a copy button. */
export function CodeBlock({
  label,
  actions,
  className,
  children,
}: {
  readonly label: string;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className={cx("relative rounded-lg border border-line bg-sunken", className)}>
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={cx(
          "max-h-80 overflow-auto whitespace-pre-wrap rounded-lg px-3.5 py-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]",
          actions !== undefined && "pr-12",
        )}
      >
        {children}
      </pre>
      {actions !== undefined && <div className="absolute top-1.5 right-1.5">{actions}</div>}
    </div>
  );
}
