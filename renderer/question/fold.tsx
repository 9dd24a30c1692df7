import { createContext, type ReactNode, useContext, useEffect, useId, useMemo, useRef } from "react";
import { useStore } from "zustand";
import { createFolds, type Folds } from "./folds.ts";

const Context = createContext<Folds | undefined>(undefined);

/** Gives a question's folds to all that is shown of it. */
export const FoldsProvider = Context.Provider;

/** The folds around, or some of its own where nobody waits for them. */
function useFolds(): Folds {
  const around = useContext(Context);
  const own = useMemo(createFolds, []);
  return around ?? own;
}

/** A part that stands folded at first; once opened it stays open. */
export function Fold({
  label,
  preview,
  children,
}: {
  /** What the button says: "Show all 214 lines". */
  readonly label: string;
  /** What is shown of it while it is folded. */
  readonly preview?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  const folds = useFolds();
  const opened = useStore(folds.store, (state) => state.opened.has(id));
  useEffect(() => folds.register(id), [folds, id]);
  if (opened) return children;
  return (
    <>
      {preview}
      <button
        type="button"
        data-testid="fold"
        onClick={() => folds.open(id)}
        className="mt-1 flex h-6 items-center rounded-md bg-press px-2 font-medium font-sans text-accent text-xs hover:bg-accent-soft"
      >
        {label}
      </button>
    </>
  );
}

/** Stands at the end of everything that is to be read, and tells the folds when it comes into view. */
export function EndMark() {
  const folds = useFolds();
  const mark = useRef<HTMLDivElement>(null);
  const closed = useStore(folds.store, (state) => state.closed.length);
  // Observed anew with every fold that opens: an observer tells only of changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const element = mark.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) =>
      folds.endInView(entries.at(-1)?.isIntersecting === true),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [folds, closed]);
  return <div ref={mark} aria-hidden className="h-px" />;
}
