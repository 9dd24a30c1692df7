import type { CallDetail, CallEvent, CallTimes } from "../../../../shared/model/call.ts";

/** One stage of a call on the waterfall; times in microseconds from the call's arrival. */
export interface Stage {
  readonly key: keyof CallTimes | "stream";
  readonly label: string;
  /** What it was spent on, for the table. */
  readonly words: string;
  readonly start: number;
  readonly duration: number;
  /** Somebody or something was waited for: drawn hatched, so that it can be told without colour. */
  readonly waiting: boolean;
}

/** What of a call tells where its time went. */
type Timed = Pick<CallDetail, "durationUs" | "times" | "events">;

/**
 * How long an answer was on its way in pieces, in microseconds: from the server's first message within the call on. It is
 * a part of what the call's times say of the server, and 0 where the answer came at once.
 */
function streamOf({ durationUs, times, events = [] }: Timed): number {
  const first = events.find(({ from }) => from === "server");
  if (first === undefined) return 0;
  const atPerson = Math.min(times.consent, formsOf(events));
  return Math.min(times.upstream, Math.max(0, durationUs - first.at - atPerson));
}

/** For how long a person had a form or a page of the server's before them: the times have it as a wait for a person. */
function formsOf(events: readonly CallEvent[]): number {
  let [open, since, sum] = [0, 0, 0];
  for (const { at, kind, method } of events) {
    if (method !== "elicitation/create" || kind === "notification") continue;
    if (kind === "request") {
      if (open === 0) since = at;
      open += 1;
    } else if (open > 0) {
      open -= 1;
      if (open === 0) sum += at - since;
    }
  }
  return sum;
}

/**
 * The stages in the order in which a call goes through them. Each one's duration is what was recorded, to the
 * microsecond; Gatehouse's own work lies before, between and after the others, and is drawn at the end as one.
 */
export function stagesOf(call: Timed): Stage[] {
  const stream = streamOf(call);
  const times = { ...call.times, upstream: call.times.upstream - stream, stream };
  let at = 0;
  const stage = (key: Stage["key"], label: string, words: string, waiting: boolean): Stage => {
    const start = at;
    at += times[key];
    return { key, label, words, start, duration: times[key], waiting };
  };
  return [
    stage("consent", "Waiting for a person", "asked, until somebody answered", true),
    stage("queue", "Queue", "until the server could take it", true),
    stage("upstream", "Server", "from the request's last byte out until it said something", false),
    stage("stream", "Stream", "from its first message within the call to its answer's last byte in", false),
    stage("hub", "Gatehouse", "before, between and after the others, together", false),
  ];
}

/** Where a scale from 0 to `total` microseconds is marked: round steps, three to six of them. */
export function marksOf(total: number): number[] {
  if (total <= 0) return [0];
  const rough = total / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const marks: number[] = [];
  for (let at = 0; at <= total; at += step) marks.push(at);
  return marks;
}

/** A share of the whole, for people: "12 %", "< 1 %". */
export function share(part: number, total: number): string {
  if (total === 0 || part === 0) return "0 %";
  const percent = (part / total) * 100;
  return percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

/** Microseconds, all of them, with the thousands apart: "1,204,377 µs". */
export const exactMicros = (value: number): string => `${value.toLocaleString("en-US")} µs`;
