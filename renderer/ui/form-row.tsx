import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** A line of a form: its label and hint at the left, the control at the right, errors below it. */
export function FormRow({
  label,
  htmlFor,
  hint,
  error,
  narrow = false,
  children,
}: {
  readonly label: ReactNode;
  /** The control's id; left out where the control names itself. */
  readonly htmlFor?: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** With less room for the label, for two rows side by side. */
  readonly narrow?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div
      className={cx(
        "grid items-start",
        narrow ? "grid-cols-[72px_minmax(0,1fr)] gap-x-2" : "grid-cols-[112px_minmax(0,1fr)] gap-x-4",
      )}
    >
      {htmlFor === undefined ? (
        <span className="pt-1.5 text-muted text-sm leading-4.5">{label}</span>
      ) : (
        <label htmlFor={htmlFor} className="pt-1.5 text-muted text-sm leading-4.5">
          {label}
        </label>
      )}
      <div className="min-w-0">
        {children}
        {error !== undefined ? (
          <p
            role="alert"
            {...(htmlFor === undefined ? {} : { id: `${htmlFor}-error` })}
            className="mt-1 text-bad text-xs"
          >
            {error}
          </p>
        ) : (
          hint !== undefined && <p className="mt-1 text-muted text-xs">{hint}</p>
        )}
      </div>
    </div>
  );
}
