import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface Tab {
  readonly id: string;
  readonly label: ReactNode;
  readonly count?: number | null;
}

/** A row of tabs over their panels (`TabPanel`). */
export function Tabs({
  label,
  tabs,
  value,
  onValue,
  actions,
  className,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value: string;
  readonly onValue: (id: string) => void;
  /** Shown at the end of the row. */
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <Radix.Root
      value={value}
      onValueChange={onValue}
      className={cx("flex min-h-0 flex-1 flex-col", className)}
    >
      <div className="flex shrink-0 items-center gap-3 border-line border-b px-5">
        <Radix.List
          aria-label={label}
          className="-mx-1.5 -mb-px flex min-w-0 flex-1 gap-4 overflow-x-auto overflow-y-hidden px-1.5"
        >
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.id}
              value={tab.id}
              className="group flex h-9 items-center gap-1.5 whitespace-nowrap outline-none border-transparent border-b-2 font-medium text-muted text-sm transition-colors hover:text-fg data-[state=active]:border-accent data-[state=active]:text-fg"
            >
              <span className="-mx-1.5 rounded-sm px-1.5 group-focus-visible:outline-2 group-focus-visible:outline-accent">
                {tab.label}
              </span>
              {tab.count !== undefined && tab.count !== null && (
                <span className="tabular rounded-full bg-press px-1.5 text-2xs text-muted leading-4">
                  {tab.count}
                </span>
              )}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions}
      </div>
      {children}
    </Radix.Root>
  );
}

/** The panel of one tab; fills what is left of the height. */
export const TabPanel = ({
  id,
  className,
  children,
}: {
  readonly id: string;
  readonly className?: string;
  readonly children: ReactNode;
}) => (
  <Radix.Content
    value={id}
    className={cx("min-h-0 flex-1 outline-none data-[state=inactive]:hidden", className)}
  >
    {children}
  </Radix.Content>
);
