import { type ReactNode, useState } from "react";
import { cx } from "../ui/cx.ts";
import { Kbd } from "../ui/kbd.tsx";
import { useAnswering } from "./use-input.ts";

const LOOK = {
  plain: "border-line-strong bg-raised text-fg hover:bg-hover active:bg-press",
  allow: "border-accent-line bg-accent-soft text-accent hover:border-accent",
  deny: "border-line-strong bg-raised text-fg hover:border-bad-line hover:bg-bad-soft hover:text-bad",
} as const;

/** A button of the popup: it waits until input counts, and until the pointer that it appeared under has left it. */
export function AnswerButton({
  keys,
  name,
  look = "plain",
  disabled = false,
  title,
  className,
  onAnswer,
  children,
}: {
  readonly keys?: string;
  /** The accessible name, where the words on the button are shorter. */
  readonly name?: string;
  readonly look?: keyof typeof LOOK;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly className?: string;
  readonly onAnswer: () => void;
  readonly children: ReactNode;
}) {
  const [element, setElement] = useState<HTMLButtonElement | null>(null);
  const { armed, held, handlers } = useAnswering(() => {
    if (!disabled) onAnswer();
  });
  const isHeld = held !== null && held === element;
  return (
    <button
      ref={setElement}
      type="button"
      data-answers=""
      data-held={isHeld || undefined}
      aria-disabled={disabled || !armed || undefined}
      aria-label={name}
      aria-keyshortcuts={keys === undefined ? undefined : keys.toUpperCase()}
      title={isHeld ? "Move the pointer away from this button first" : title}
      {...handlers}
      className={cx(
        "inline-flex h-8 min-w-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border px-2 font-medium text-sm transition-[color,background-color,border-color,opacity] duration-100 focus-visible:outline-offset-2",
        LOOK[look],
        disabled && "pointer-events-none opacity-45",
        !disabled && !armed && "opacity-60",
        isHeld && "border-dashed opacity-60",
        className,
      )}
    >
      <span className="truncate">{children}</span>
      {keys !== undefined && (
        <span aria-hidden className="inline-flex">
          <Kbd keys={keys} />
        </span>
      )}
    </button>
  );
}
