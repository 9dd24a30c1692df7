import { Slot } from "radix-ui";
import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from "react";
import { cx } from "./cx.ts";
import { Tooltip } from "./tooltip.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: Variant;
  readonly size?: "sm" | "md";
  readonly icon?: ReactNode;
  /** Something is under way: the button keeps its place and cannot be pressed. */
  readonly busy?: boolean;
  /** Render the child element (a link) with the button's look. */
  readonly asChild?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

const LOOK: Record<Variant, string> = {
  primary:
    "bg-accent-fill text-on-accent shadow-[inset_0_1px_0_rgb(255_255_255/14%),0_1px_2px_rgb(0_0_0/12%)] hover:bg-accent-fill-hover",
  secondary:
    "border border-line-strong bg-raised text-fg shadow-[0_1px_1px_rgb(0_0_0/4%)] hover:bg-hover active:bg-press",
  ghost: "text-muted hover:bg-hover hover:text-fg active:bg-press",
  danger: "border border-bad-line bg-raised text-bad hover:bg-bad-soft",
};

const ignore = (event: MouseEvent): void => event.preventDefault();

/** A button with words on it. */
export function Button({
  variant = "secondary",
  size = "md",
  icon,
  busy,
  asChild,
  className,
  children,
  ...rest
}: ButtonProps) {
  const classes = cx(
    "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100",
    "focus-visible:outline-offset-2 disabled:pointer-events-none disabled:opacity-50 [&_svg]:shrink-0",
    size === "sm" ? "h-6.5 px-2 text-xs" : "h-7.5 px-2.5 text-sm",
    busy && "anim-breathe pointer-events-none",
    LOOK[variant],
    className,
  );
  if (asChild) return <Slot.Root className={classes}>{children}</Slot.Root>;
  return (
    <button
      type="button"
      {...rest}
      // Not disabled: who has pressed it would lose the keyboard's place.
      {...(busy === true ? { "aria-busy": true, "aria-disabled": true, onClick: ignore } : {})}
      className={classes}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "asChild"> {
  /** The accessible name, also shown as a tooltip. */
  readonly label: string;
  readonly keys?: string;
  readonly children: ReactNode;
}

/** A square button that shows only an icon; its name is in the tooltip and for screen readers. */
export function IconButton({
  label,
  keys,
  variant = "ghost",
  size = "md",
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-md transition-colors duration-100 disabled:pointer-events-none disabled:opacity-40",
          size === "sm" ? "size-6" : "size-7.5",
          LOOK[variant],
          className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  );
}
