/** A width that calls are summed up in, and how long those sums are kept; milliseconds. */
export interface Level {
  readonly width: number;
  readonly keptFor: number;
}

/** Finest first. */
export const LEVELS = [
  { width: 60_000, keptFor: 49 * 3_600_000 },
  { width: 3_600_000, keptFor: 100 * 86_400_000 },
  { width: 8 * 3_600_000, keptFor: 800 * 86_400_000 },
] as const satisfies readonly Level[];

/** The same for sums that tell everything apart at once, of which there are many more: hours are kept for nine days. */
export const MIXED_LEVELS: readonly Level[] = LEVELS.map((level, i) =>
  i === 1 ? { ...level, keptFor: 9 * 86_400_000 } : level,
);

const MINUTE = 60_000;
const HOUR = 3_600_000;
const WIDTHS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 8, 24, 7 * 24, 28 * 24].map((hours) => hours * HOUR),
];

/** How a span of time is drawn: `count` buckets of `width` milliseconds from `start` on, read from one level. */
export interface Grid {
  readonly level: number;
  readonly width: number;
  /** Milliseconds since the epoch, a multiple of `width`. */
  readonly start: number;
  readonly count: number;
}

/** What a grid must heed besides its span. */
interface GridLimits {
  readonly most?: number;
  readonly oldest?: number;
  readonly levels?: readonly Level[];
}

/**
 * Lays a grid of at most `most` buckets over a span, as fine as that allows and as is still kept at `now` for what began at
 * `oldest`. Buckets are multiples of their width since the epoch, so that the first and the last may reach beyond the span.
 */
export function gridOver(
  from: number,
  to: number,
  now: number,
  { most = 300, oldest = from, levels = LEVELS }: GridLimits = {},
): Grid {
  const end = Math.max(to, from + 1);
  const kept = levels.find(({ keptFor }) => oldest >= now - keptFor) ?? LEVELS[2];
  const width =
    WIDTHS.find((candidate) => candidate >= kept.width && countOf(from, end, candidate) <= most) ??
    Math.ceil((end - from) / (most - 1) / (28 * 24 * HOUR)) * 28 * 24 * HOUR;
  const start = Math.floor(from / width) * width;
  return { level: levelOf(width), width, start, count: countOf(from, end, width) };
}

/** The coarsest level whose cells fill buckets of this width. */
function levelOf(width: number): number {
  return LEVELS.findLastIndex((level) => width % level.width === 0);
}

function countOf(from: number, to: number, width: number): number {
  return Math.ceil(to / width) - Math.floor(from / width);
}
