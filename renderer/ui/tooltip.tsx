import { Tooltip as Radix } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { Kbd } from "./kbd.tsx";

/** Wrap the whole page in it once. */
export const TooltipProvider = ({ children }: { readonly children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={150}>
    {children}
  </Radix.Provider>
);

/** A short explanation shown on hover and on keyboard focus, until what it explains is pressed. */
export function Tooltip({
  text,
  keys,
  side = "bottom",
  children,
}: {
  readonly text: ReactNode;
  readonly keys?: string;
  readonly side?: "top" | "bottom" | "left" | "right";
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  /** Pressed, and the pointer still there: whoever has pressed it knows what it is. */
  const pressed = useRef(false);
  return (
    <Radix.Root open={open} onOpenChange={(next) => setOpen(next && !pressed.current)}>
      <Radix.Trigger
        asChild
        onPointerDown={() => {
          pressed.current = true;
        }}
        onClick={() => setOpen(false)}
        onPointerLeave={() => {
          pressed.current = false;
        }}
      >
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="anim-fade z-50 flex max-w-80 items-center gap-2 rounded-md bg-raised px-2 py-1 text-fg text-xs shadow-pop"
        >
          {text}
          {keys !== undefined && <Kbd keys={keys} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
