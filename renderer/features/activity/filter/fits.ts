import type { CallFilter, CallSummary, Texts } from "../../../../shared/model/call.ts";
import { textTest } from "../../../../shared/text-pattern.ts";

/** Whether only the hub can tell which calls fit: by their payloads, or by who carries a label. */
export const isForHub = ({ search, error, environment, team }: CallFilter): boolean =>
  [search, error, environment, team].some((part) => part !== undefined && part !== "");

/** Whether calls cannot be counted, as a text is sought in them. */
export const isForText = ({ search, error }: CallFilter): boolean =>
  (search !== undefined && search !== "") || (error !== undefined && error !== "");

const PARTIES = ["server", "tool", "client", "project", "session", "method", "status"] as const;

/** Makes the test that tells, of calls as they arrive, which fit a filter that is not only for the hub. */
export function fitsFilter(filter: CallFilter): (call: CallSummary) => boolean {
  const wanted = testsOf(filter);
  const unwanted = testsOf(filter.not ?? {});
  const { since, until, minDurationUs, maxDurationUs } = filter;
  return (call) => {
    const at = since === undefined && until === undefined ? 0 : Date.parse(call.startedAt);
    return (
      wanted.every((test) => test(call)) &&
      !unwanted.some((test) => test(call)) &&
      (since === undefined || at >= since) &&
      (until === undefined || at < until) &&
      (minDurationUs === undefined || call.durationUs >= minDurationUs) &&
      (maxDurationUs === undefined || call.durationUs <= maxDurationUs)
    );
  };
}

const testsOf = (parties: NonNullable<CallFilter["not"]>): ((call: CallSummary) => boolean)[] =>
  PARTIES.flatMap((key) => {
    const patterns = parties[key];
    if (patterns === undefined) return [];
    const test = anyOf(patterns);
    return [(call: CallSummary) => test(call[key])];
  });

function anyOf(patterns: Texts): (value: string | null) => boolean {
  const tests = (typeof patterns === "string" ? [patterns] : patterns).map(textTest);
  return (value) => value !== null && tests.some((test) => test(value));
}
