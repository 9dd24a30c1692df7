import { plural } from "../../lib/format.ts";
import type { Replayed } from "./use-replay.ts";

const times = (count: number): string => (count === 1 ? "once" : plural(count, "time"));

/** A replay in one sentence: "They would have asked 3 times and denied once among 212 calls." */
export function replayWords({ calls, asked, denied, changed, draft }: Replayed): string {
  if (calls === 0) return "There is no recorded tool call in this time to try them on.";
  const deeds = [
    ...(asked === 0 ? [] : [`asked ${times(asked)}`]),
    ...(denied === 0 ? [] : [`denied ${times(denied)}`]),
  ];
  const did =
    deeds.length === 0
      ? `They would have allowed ${calls === 1 ? "the one call" : `all ${plural(calls, "call")}`}.`
      : `They would have ${deeds.join(" and ")} among ${plural(calls, "call")}.`;
  if (!draft) return did;
  if (changed.length === 0) return `${did} No call would be decided otherwise than now.`;
  return `${did} ${changed.length >= 100 ? "100 or more calls" : plural(changed.length, "call")} would be decided otherwise than now.`;
}
