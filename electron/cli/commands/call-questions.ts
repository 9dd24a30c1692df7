import type { Question } from "../../../shared/model/question.ts";
import { visible, visibleLines } from "../escape.ts";
import { span } from "../times.ts";

/** What a person must see of a call that waits: its exact arguments, why it is asked, how long, and what can be granted. */
export function callLines({ call, deadline }: Question, now: number): string[] {
  if (call === null) return [];
  const cut = call.argumentsText.length < call.argumentsBytes && call.argumentsBytes > 1024 * 1024;
  const left = deadline === null ? 0 : Math.round((Date.parse(deadline) - now) / 1_000);
  return [
    ...visibleLines(call.argumentsText)
      .split("\n")
      .map((line) => `  ${line}`),
    ...(cut ? [`  … ${call.argumentsBytes} bytes in all`] : []),
    `  why: ${visible(call.why)}`,
    call.waiting === 0
      ? "  its client has given up: an allow lets the same call pass once, within 10 minutes"
      : `  ${call.waiting === 1 ? "1 call waits" : `${call.waiting} identical calls wait`}, ${span(Math.max(0, left))} left`,
    ...[...call.narrowings, ...(call.offer === null ? [] : [call.offer])].map(
      ({ key, words }) => `  --narrow ${visible(key)}: ${visible(words)}`,
    ),
  ];
}
