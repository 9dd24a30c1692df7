import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** A menu that drops from its trigger (an IconButton or Button). */
export function Menu({ trigger, children }: { readonly trigger: ReactNode; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="anim-fade z-50 min-w-44 rounded-lg bg-raised p-1 shadow-pop"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** One action of a menu. */
export const MenuItem = ({
  icon,
  danger = false,
  disabled = false,
  onSelect,
  children,
}: {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) => (
  <DropdownMenu.Item
    onSelect={onSelect}
    disabled={disabled}
    className={cx(
      "flex h-7.5 select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-[disabled]:opacity-45",
      danger ? "text-bad data-[highlighted]:bg-bad-soft" : "data-[highlighted]:bg-press [&_svg]:text-muted",
    )}
  >
    {icon}
    {children}
  </DropdownMenu.Item>
);

/** A line between groups of actions. */
export const MenuSeparator = () => <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
