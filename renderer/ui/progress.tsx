import { cx } from "./cx.ts";

/** How much of something is done, 0 to 1; without it only that it goes on. */
export function Progress({
  label,
  done,
  className,
}: {
  readonly label: string;
  readonly done?: number | undefined;
  readonly className?: string;
}) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(done === undefined ? {} : { "aria-valuenow": Math.floor(done * 100) })}
      className={cx("h-1.5 overflow-hidden rounded-full bg-press", className)}
    >
      <div
        className={cx(
          "h-full rounded-full bg-accent transition-[width] duration-150",
          done === undefined && "anim-breathe",
        )}
        style={{ width: done === undefined ? "100%" : `${done * 100}%` }}
      />
    </div>
  );
}
