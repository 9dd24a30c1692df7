/** Numbers, sizes and times for people. Pure; times are given as ISO 8601 or milliseconds since the epoch. */

const two = (value: number): string => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Microseconds as the shortest exact-enough text: 420 µs, 12.3 ms, 1.24 s, 2 m 05 s. */
export function duration(microseconds: number): string {
  if (microseconds < 1_000) return `${Math.round(microseconds)} µs`;
  const ms = microseconds / 1_000;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} m ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
}

/** How long something has gone on, coarsely, in one unit: "42 s", "5 min", "3 h", "2 d". */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** Percent of a core: "0 %", "0.4 %", "12 %", "230 %". */
export const percent = (value: number): string =>
  `${value > 0 && value < 9.95 ? value.toFixed(1).replace(".0", "") : Math.round(value)} %`;

/** Bytes as B, KB, MB, GB (decimal). */
export function bytes(count: number): string {
  if (count >= 999_500_000) return `${(count / 1_000_000_000).toFixed(count < 99_950_000_000 ? 1 : 0)} GB`;
  if (count < 1_000) return `${count} B`;
  if (count < 999_500) return `${(count / 1_000).toFixed(count < 99_950 ? 1 : 0)} KB`;
  return `${(count / 1_000_000).toFixed(count < 99_950_000 ? 1 : 0)} MB`;
}

/** A count with thin grouping: 12,345. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** "1 tool", "3 tools"; `ending` for nouns like "process". */
export const plural = (value: number, noun: string, ending = "s"): string =>
  `${count(value)} ${noun}${value === 1 ? "" : ending}`;

/** Local clock time with milliseconds, 14:03:27.120. */
export function clock(at: string | number): string {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** The local day, "Nov 22", or "" when it is the same day as `now`. */
export function otherDay(at: string | number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return "";
  const year = date.getFullYear() === today.getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${MONTHS[date.getMonth()]} ${date.getDate()}${year}`;
}

/** A local time to the minute with its day, "Nov 22, 14:03". */
export function shortTime(at: string | number): string {
  const date = new Date(at);
  return `${MONTHS[date.getMonth()]} ${date.getDate()}, ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** From when to when, to the minute: "Nov 22, 14:03–14:20"; the end alone has no day where it is the same. */
export function shortSpan(from: string | number, to: string | number): string {
  const begin = shortTime(from);
  const end = shortTime(to);
  if (begin === end) return begin;
  const [beginDay] = begin.split(", ");
  const [endDay, endTime] = end.split(", ");
  return `${begin}–${beginDay === endDay ? endTime : end}`;
}

/** A sentence of the hub's with the times in it, ISO 8601 in UTC, as local times. */
export const withLocalTimes = (text: string): string =>
  text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, shortTime);

/** A full local date and time for tooltips and details. */
export function fullTime(at: string | number): string {
  const date = new Date(at);
  return `${MONTHS[date.getMonth()]} ${date.getDate()}, ${date.getFullYear()}, ${clock(at)}`;
}

/** How long ago, coarsely: "just now", "4 min ago", "3 h ago", "Nov 2". */
export function ago(at: string | number, now: number): string {
  const seconds = Math.max(0, (now - new Date(at).getTime()) / 1_000);
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days < 7) return days === 1 ? "yesterday" : `${days} days ago`;
  return otherDay(at, now) || "today";
}

/** How long until, coarsely: "now", "in 12 s", "in 3 min". */
export function until(at: string | number, now: number): string {
  const seconds = Math.ceil((new Date(at).getTime() - now) / 1_000);
  if (seconds <= 0) return "now";
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`;
}
