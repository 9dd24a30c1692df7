const MICROSECONDS: readonly (readonly [unit: string, us: number])[] = [
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
  ["ms", 1_000],
  ["us", 1],
];
const SAME_UNIT: Readonly<Record<string, string>> = { min: "m", µs: "us", μs: "us", sec: "s" };
const AGO: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** "500ms", "1.5s", "2m" in microseconds; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?)(us|µs|μs|ms|s|sec|m|min|h)$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? "";
  const us = MICROSECONDS.find(([name]) => name === (SAME_UNIT[unit] ?? unit))?.[1];
  return match === null || us === undefined ? undefined : Math.round(Number(match[1]) * us);
}

/** Microseconds in the largest unit that needs no fraction. */
export function printDuration(us: number): string {
  const [unit, size] = MICROSECONDS.find(([, size]) => us > 0 && us % size === 0) ?? ["us", 1];
  return `${us / size}${unit}`;
}

/** A point in time, in milliseconds since the epoch; `relative` when it goes along with the clock. */
export interface Moment {
  readonly at: number;
  readonly relative: boolean;
}

/** "1h" (ago), "today", "yesterday", "now", a day or an ISO 8601 time; without a zone they are local. */
export function parseMoment(text: string, now: number): Moment | undefined {
  const ago = /^([0-9]{1,6})(s|m|min|h|d|w)$/i.exec(text);
  const unit = AGO[ago?.[2]?.toLowerCase() ?? ""];
  if (ago !== null && unit !== undefined) return { at: now - Number(ago[1]) * unit, relative: true };
  const word = text.toLowerCase();
  if (word === "now") return { at: now, relative: true };
  if (word === "today" || word === "yesterday") {
    const day = new Date(now);
    day.setHours(0, 0, 0, 0);
    if (word === "yesterday") day.setDate(day.getDate() - 1);
    return { at: day.getTime(), relative: true };
  }
  const day = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (day !== null) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const found = new Date(year, month - 1, date);
    const isThat = found.getMonth() === month - 1 && found.getDate() === date;
    return isThat ? { at: found.getTime(), relative: false } : undefined;
  }
  if (
    !/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$/i.test(
      text,
    )
  )
    return undefined;
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? undefined : { at, relative: false };
}

/** A time as it can be written in a filter, exact. */
export const printMoment = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
