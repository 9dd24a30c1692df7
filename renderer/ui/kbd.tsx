// biome-ignore-all lint/suspicious/noArrayIndexKey: these have no identity but their place, and nothing of their own to lose
const SYMBOLS: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", Enter: "↵", Escape: "Esc" };

const isMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

/** The keys of a shortcut ("g s", "mod+k") as small caps. */
export function Kbd({ keys }: { readonly keys: string }) {
  const caps = keys.split(" ").flatMap((press) => press.split("+"));
  return (
    <span className="inline-flex shrink-0 items-center gap-0.5">
      {caps.map((cap, index) => (
        <kbd
          key={`${index}${cap}`}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line bg-hover px-1 font-medium font-sans text-2xs text-muted"
        >
          {cap === "mod"
            ? isMac
              ? "⌘"
              : "Ctrl"
            : (SYMBOLS[cap] ?? (cap.length === 1 ? cap.toUpperCase() : cap))}
        </kbd>
      ))}
    </span>
  );
}
