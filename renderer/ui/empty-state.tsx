import type { ReactNode } from "react";

/** What a screen shows when there is nothing yet: what would be here, and the next step. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="flex h-full min-h-72 flex-col items-center justify-center px-8 pb-16 text-center">
      <div className="mb-4 flex size-12 items-center justify-center rounded-xl border border-line bg-sunken text-muted">
        {icon}
      </div>
      <h2 className="font-semibold text-lg tracking-[-0.012em]">{title}</h2>
      {children !== undefined && <div className="mt-1 max-w-100 text-balance text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-5 flex items-center gap-2">{actions}</div>}
    </div>
  );
}
