import type { Envelope } from "../../../core/jsonrpc/envelope.ts";
import { encodeJson, membersOf } from "../../../core/jsonrpc/json.ts";
import type { Edit } from "../../../core/jsonrpc/splice.ts";
import { DOWNGRADED_REQUEST, downgradeRequest } from "../../../core/mcp/stateless-era/downgrade.ts";
import {
  combine,
  objectEdits,
  type ParamsChange,
  paramsEdits,
} from "../../../core/mcp/stateless-era/edits.ts";
import { readInputRequired } from "../../../core/mcp/stateless-era/round-trips.ts";
import { upgradeError, upgradeResult } from "../../../core/mcp/stateless-era/upgrade.ts";
import type { CallCodec } from "../../pipeline/codec.ts";

/** How a call of a stateless client relates to an earlier round of it. */
export interface RoundState {
  /** The stateless server's own state that the retry goes on with; undefined in a first round, or if it gave none. */
  readonly upstream: string | undefined;
  /** The retry's answers belong to another request, and must not be taken for this one's. */
  readonly dropAnswers: boolean;
  /** Replaces a stateless server's state in its answer by the hub's own, which binds it. */
  wrap(upstream: string): string;
}

const NO_EDITS: readonly Edit[] = [];
const STATE: ReadonlySet<string> = new Set(["requestState"]);
const BOTH: ReadonlySet<string> = new Set(["inputResponses", "requestState"]);

/** For a client of the stateless era: downgraded for older servers, and its states wrapped towards servers of its own. */
export function statelessCodec(method: string, ttlMs: number, round: RoundState): CallCodec {
  return {
    request(bytes, envelope, era, more) {
      if (era.kind === "session")
        return more === undefined
          ? downgradeRequest(bytes, envelope)
          : paramsEdits(bytes, envelope, combine(DOWNGRADED_REQUEST, more));
      const { upstream, dropAnswers } = round;
      const edits = (change: ParamsChange): readonly Edit[] =>
        paramsEdits(bytes, envelope, more === undefined ? change : combine(change, more));
      if (upstream !== undefined && !dropAnswers)
        return edits({ set: new Map([["requestState", encodeJson(upstream)]]) });
      // A first round, nearly every request, has neither of the two.
      const remove = dropAnswers ? BOTH : STATE;
      return more !== undefined || envelope.paramsMembers.some(({ key }) => remove.has(key))
        ? edits({ remove })
        : NO_EDITS;
    },
    answer(bytes, answer, era) {
      if (answer.kind === "error") return upgradeError(bytes, answer);
      const fromStateless = era.kind === "stateless";
      if (fromStateless && answer.resultType === "input_required") return wrapState(bytes, answer, round);
      return upgradeResult(method, bytes, answer, { filtered: true, ttlMs }, fromStateless);
    },
  };
}

function wrapState(bytes: Buffer, answer: Envelope, round: RoundState): readonly Edit[] {
  if (answer.result === undefined) return [];
  const wanted = readInputRequired(bytes.subarray(answer.result.start, answer.result.end));
  if (typeof wanted === "string" || wanted.state === undefined) return [];
  const set = new Map([["requestState", encodeJson(round.wrap(wanted.state))]]);
  return objectEdits(bytes, answer.result, membersOf(bytes, answer.result), { set });
}
