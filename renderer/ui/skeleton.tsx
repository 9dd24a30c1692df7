// biome-ignore-all lint/suspicious/noArrayIndexKey: these have no identity but their place, and nothing of their own to lose
/** Grey rows in the place of what is on its way. */
export function SkeletonRows({
  rows = 6,
  label = "Loading",
}: {
  readonly rows?: number;
  readonly label?: string;
}) {
  return (
    <div role="status" aria-label={label} className="px-5">
      {Array.from({ length: rows }, (_, index) => (
        <div key={`row${index}`} className="flex h-11 items-center gap-6 border-line border-b">
          <div className="skeleton h-2.5" style={{ width: `${90 + ((index * 37) % 60)}px` }} />
          <div className="skeleton h-2.5 w-16" />
          <div className="skeleton h-2.5 flex-1" style={{ maxWidth: `${180 + ((index * 53) % 120)}px` }} />
          <div className="skeleton ml-auto h-2.5 w-12" />
        </div>
      ))}
    </div>
  );
}
