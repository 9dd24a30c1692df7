import { GatehouseError } from "../../shared/errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A point in time, in milliseconds since the epoch, from "90s", "30m", "1h", "2d", "1w" (ago) or an ISO date. Throws `bad_usage`. */
export function parseSince(text: string, now: number): number {
  const ago = /^(\d+(?:\.\d+)?)\s*([smhdw])$/i.exec(text.trim());
  const unit = UNITS[ago?.[2]?.toLowerCase() ?? ""];
  if (ago !== null && unit !== undefined) return now - Number(ago[1]) * unit;
  const date = /^\d{4}-\d\d/.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw new GatehouseError(
    "bad_usage",
    `"${text}" is no time`,
    "Write how long ago (90s, 30m, 1h, 2d) or a date (2026-11-22).",
  );
}

/** "just now", "5 min ago", "3 h ago", "2 days ago"; "in the future" should clocks differ. */
export function relativeTime(iso: string | null, now: number): string {
  if (iso === null) return "never";
  const seconds = Math.round((now - Date.parse(iso)) / 1_000);
  if (Number.isNaN(seconds)) return "unknown";
  if (seconds < -5) return "in the future";
  return seconds < 5 ? "just now" : `${span(seconds)} ago`;
}

/** A length of time in seconds, in one unit: "42 s", "5 min", "3 h", "2 days". */
export function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** Microseconds with three digits: "850 µs", "12.3 ms", "1.23 s". */
export function duration(microseconds: number): string {
  if (microseconds < 1_000) return `${microseconds} µs`;
  const digits = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  if (microseconds < 999_500) return `${digits(microseconds / 1_000)} ms`;
  return microseconds < 120_000_000
    ? `${digits(microseconds / 1_000_000)} s`
    : span(Math.round(microseconds / 1_000_000));
}
