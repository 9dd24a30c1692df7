import type { Result } from "../../../shared/contract.ts";
import type { CallSummary } from "../../../shared/model/call.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { recordedArguments } from "../consent/asked-call.ts";
import type { HubState } from "../state.ts";
import { callOf } from "./test-rules.ts";

/** Recorded tool calls that are tried at most, the newest. */
const MOST = 10_000;
const PAGE = 500;
/** Requests read from the store at once. */
const AT_ONCE = 50;
/** Bytes of params that are read of a call; one with more is left out, as its arguments would be cut. */
const READ_BYTES = 1024 * 1024;
const MOST_CHANGED = 100;

type Replay = Result<"rules.replay">;

/**
 * What the rules would decide about the calls that were made since a time, and where other rules would decide
 * otherwise. What was used before in a session is not looked back at.
 */
export async function replay(
  state: HubState,
  since: number,
  rules: readonly Rule[] | undefined,
): Promise<Replay> {
  const inForce = state.policy.trial();
  const proposed = rules === undefined ? inForce : state.policy.trial(rules);
  const found: Replay = { calls: 0, allowed: 0, asked: 0, denied: 0, changed: [] };
  for await (const [call, params] of recorded(state, since)) {
    const about = callOf(state, {
      client: call.client ?? "",
      profile: call.profile,
      project: call.project,
      server: call.server ?? "",
      method: call.method,
      tool: call.tool ?? "",
      arguments: argumentsOf(params),
    });
    const { decision } = proposed(about);
    found.calls += 1;
    found[decision === "allow" ? "allowed" : decision === "ask" ? "asked" : "denied"] += 1;
    if (rules === undefined || found.changed.length >= MOST_CHANGED) continue;
    const before = inForce(about).decision;
    const { id, server, tool } = call;
    if (before !== decision) found.changed.push({ id, server, tool, inForce: before, proposed: decision });
  }
  return found;
}

/** Recorded tool calls with their params, newest first; calls of names that led nowhere are none. */
async function* recorded(state: HubState, since: number): AsyncGenerator<[CallSummary, string]> {
  let before: number | undefined;
  for (let seen = 0; seen < MOST; ) {
    const { calls, more } = await state.storage.calls.list({ since }, PAGE, before);
    const tools = calls.filter(({ method, server }) => method === "tools/call" && server !== null);
    for (let at = 0; at < tools.length && seen < MOST; at += AT_ONCE) {
      const some = tools.slice(at, Math.min(at + AT_ONCE, at + MOST - seen));
      const details = await Promise.all(some.map(({ id }) => state.storage.calls.get(id, READ_BYTES)));
      for (const [index, call] of some.entries()) {
        seen += 1;
        const request = details[index]?.request;
        if (request?.truncated === false) yield [call, request.text];
      }
    }
    before = calls.at(-1)?.id;
    if (!more || before === undefined) return;
  }
}

function argumentsOf(params: string): Uint8Array | undefined {
  const text = recordedArguments("tools/call", params);
  return text === null || text === "null" ? undefined : new TextEncoder().encode(text);
}
