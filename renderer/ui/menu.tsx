import { Check } from "lucide-react";
import { ContextMenu, DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { Kbd } from "./kbd.tsx";

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

/** An action that is on or off; the menu stays open, so that several can be chosen. */
export const MenuCheck = ({
  checked,
  onChecked,
  children,
}: {
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly children: ReactNode;
}) => (
  <DropdownMenu.CheckboxItem
    checked={checked}
    onCheckedChange={onChecked}
    onSelect={(event) => event.preventDefault()}
    className="flex h-7.5 select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-press"
  >
    <span className="flex w-3.5 justify-center">
      <DropdownMenu.ItemIndicator>
        <Check size={13} className="text-accent" />
      </DropdownMenu.ItemIndicator>
    </span>
    {children}
  </DropdownMenu.CheckboxItem>
);

/** A menu at the pointer, for what was pressed with the secondary button; made of `ContextItem`s. */
export const ContextArea = ({
  onOpen,
  items,
  children,
}: {
  readonly onOpen: (open: boolean) => void;
  readonly items: ReactNode;
  readonly children: ReactNode;
}) => (
  <ContextMenu.Root modal={false} onOpenChange={onOpen}>
    <ContextMenu.Trigger asChild>
      <div className="flex min-h-0 flex-1 flex-col">{children}</div>
    </ContextMenu.Trigger>
    <ContextMenu.Portal>
      <ContextMenu.Content
        collisionPadding={8}
        className="anim-fade z-50 min-w-52 max-w-90 rounded-lg bg-raised p-1 shadow-pop"
      >
        {items}
      </ContextMenu.Content>
    </ContextMenu.Portal>
  </ContextMenu.Root>
);

/** One action of such a menu, with its key. */
export const ContextItem = ({
  keys,
  onSelect,
  children,
}: {
  readonly keys?: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) => (
  <ContextMenu.Item
    onSelect={onSelect}
    className="flex h-7.5 select-none items-center gap-4 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-press"
  >
    <span className="min-w-0 flex-1 truncate">{children}</span>
    {keys !== undefined && <Kbd keys={keys} />}
  </ContextMenu.Item>
);

/** A line between groups of such actions. */
export const ContextSeparator = () => <ContextMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
