import type { ReactNode } from "react";
import { cx } from "../ui/cx.ts";

/**
 * The one bordered area of a question in which text of servers and clients stands. Its labels are ours, in the
 * interface's own face; what they label is somebody else's, in monospace, and never leaves the border.
 */
export function ForeignArea({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <section
      aria-label={label}
      data-testid="foreign"
      className="overflow-hidden rounded-lg border border-line-strong bg-sunken font-mono text-xs leading-[18px]"
    >
      <div className="divide-y divide-line">{children}</div>
    </section>
  );
}

/** One labelled part of the foreign area. */
export function Part({
  label,
  mark,
  inline = false,
  children,
}: {
  /** Ours as text; somebody else's must come as ServerText. */
  readonly label: ReactNode;
  /** A note of ours at the right of the label. */
  readonly mark?: ReactNode;
  /** The label stands beside its value instead of above. */
  readonly inline?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={cx("min-w-0 px-3 py-1.5", inline && "grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3")}>
      <div className={cx("flex min-w-0 items-start gap-2 text-muted", !inline && "mb-0.5")}>
        <span className="min-w-0 [overflow-wrap:anywhere]">{label}</span>
        {!inline && mark !== undefined && <span className="font-sans">{mark}</span>}
      </div>
      <div className={cx("min-w-0 text-fg", inline && mark !== undefined && "flex items-start gap-2")}>
        {inline && mark !== undefined ? <div className="min-w-0 flex-1">{children}</div> : children}
        {inline && mark !== undefined && <span className="font-sans">{mark}</span>}
      </div>
    </div>
  );
}

/** A warning of ours inside the foreign area, told from what stands around it by its face and colour. */
export function Beware({ children }: { readonly children: ReactNode }) {
  return (
    <p className="mt-1 flex gap-1.5 font-sans text-warn text-xs">
      <span aria-hidden>▲</span>
      <span className="min-w-0">{children}</span>
    </p>
  );
}
