import type { ReactNode } from "react";

/** A screen's frame: a header that drags the window in the desktop, and the content below. */
export function Screen({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="drag flex min-h-13 shrink-0 items-center gap-x-3 gap-y-1.5 border-line border-b px-5 max-[760px]:flex-wrap max-[760px]:px-3 max-[760px]:py-1.5">
        <h1
          tabIndex={-1}
          className="outline-none min-w-16 flex-1 truncate font-semibold text-lg tracking-[-0.014em]"
        >
          {title}
        </h1>
        <div className="no-drag flex min-w-0 items-center gap-2 max-[760px]:flex-wrap">{actions}</div>
      </header>
      {children}
    </main>
  );
}
