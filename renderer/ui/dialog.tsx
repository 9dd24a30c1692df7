import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useFocusBack } from "../lib/focus-back.ts";
import { cx } from "./cx.ts";

/** A modal window of the page. The decision itself is never made here: see shared/bridge.ts. */
export function Dialog({
  open,
  onOpen,
  title,
  description,
  width = "w-140",
  footer,
  children,
}: {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly title: string;
  readonly description?: string;
  readonly width?: string;
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}) {
  const onCloseAutoFocus = useFocusBack(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpen}>
      <Radix.Portal>
        <Radix.Overlay className="anim-fade fixed inset-0 z-40 bg-(--scrim)" />
        <Radix.Content
          onCloseAutoFocus={onCloseAutoFocus}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          className={cx(
            "anim-rise fixed inset-x-0 top-[9vh] z-40 mx-auto flex max-h-[82vh] max-w-[calc(100vw-32px)] flex-col overflow-hidden rounded-xl bg-raised shadow-pop outline-none",
            width,
          )}
        >
          <header className="flex shrink-0 items-start gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-lg tracking-[-0.012em]">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="text-muted text-sm">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close
              aria-label="Close"
              className="-mr-1.5 rounded-md p-1 text-faint hover:bg-hover hover:text-fg"
            >
              <X size={16} />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer !== undefined && (
            <footer className="flex shrink-0 items-center justify-end gap-2 border-line border-t bg-sunken px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
