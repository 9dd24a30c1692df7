import { CircleX, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

const LOOK = {
  info: { box: "border-line bg-sunken", icon: Info, tint: "text-accent" },
  warn: { box: "border-warn-line bg-warn-soft", icon: TriangleAlert, tint: "text-warn" },
  bad: { box: "border-bad-line bg-bad-soft", icon: CircleX, tint: "text-bad" },
} as const;

/** Something that needs attention: what, why, and in `actions` what to press. */
export function Banner({
  tone = "info",
  title,
  actions,
  flush = false,
  quiet = false,
  children,
}: {
  readonly tone?: keyof typeof LOOK;
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  /** Without rounded corners, across the whole width. */
  readonly flush?: boolean;
  /** Somebody else reads it out. */
  readonly quiet?: boolean;
  readonly children?: ReactNode;
}) {
  const { box, icon: Icon, tint } = LOOK[tone];
  return (
    <div
      {...(quiet ? {} : { role: tone === "bad" ? "alert" : "status" })}
      className={cx(
        "flex gap-2.5 px-3.5 py-2.5",
        children === undefined && actions !== undefined ? "items-center" : "items-start",
        flush ? "border-b px-5" : "rounded-lg border",
        box,
      )}
    >
      <Icon
        aria-hidden
        size={15}
        className={cx("shrink-0", (children !== undefined || actions === undefined) && "mt-0.5", tint)}
      />
      <div className="min-w-0 flex-1 text-sm">
        <div className="font-medium">{title}</div>
        {children !== undefined && <div className="text-muted">{children}</div>}
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
}
