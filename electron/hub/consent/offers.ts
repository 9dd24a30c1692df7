import type { Offer } from "../../../shared/model/consent.ts";
import { type Approval, coveringRule, narrow } from "../../core/policy/narrow.ts";
import type { Ruling } from "../policy/policy-service.ts";

/** Arguments above this are not remembered of a call that was approved, in bytes. */
const MOST_REMEMBERED = 64 * 1024;

/** What an approved call was, with a copy of its arguments; undefined when they are too large to be kept. */
export function approvalOf({ call, facts }: Pick<Ruling, "call" | "facts">): Approval | undefined {
  const raw = call.arguments();
  if (raw !== undefined && raw.length > MOST_REMEMBERED) return undefined;
  const copy = raw?.slice();
  return { call: { ...call, arguments: () => copy }, facts };
}

/** The rules that an answer may save for a call, the narrowest first; the last is for the whole tool. */
export const narrowings = ({ call, facts }: Pick<Ruling, "call" | "facts">): Offer[] => narrow(call, facts);

/** The narrowest rule that covers calls which were allowed one by one; named apart from the narrowings. */
export function covering(approvals: readonly Approval[]): Offer | null {
  const found = coveringRule(approvals);
  return found === undefined ? null : { ...found, key: "offer" };
}

export type { Approval };
