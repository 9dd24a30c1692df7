import type { Route } from "../../core/catalog/aggregate.ts";
import { DENIED } from "../../core/jsonrpc/errors.ts";
import type { Call, Outcome } from "./call.ts";
import { deniedOutcome, errorOutcome } from "./outcomes.ts";

const NOUNS = { tools: "tool", prompts: "prompt", resources: "resource", templates: "resource" } as const;

/** The refusal of something that its server has changed or added and that the person has yet to accept. */
export function heldOutcome(call: Call, { server, kind, key }: Route): Outcome {
  const what = `the ${NOUNS[kind]} ${key.slice(0, 200)}: the server ${server} has changed or added it`;
  return refusal(
    call,
    `Gatehouse holds back ${what}, and the person must review it in Gatehouse first.`,
    server,
  );
}

/** The refusal of a call to a server that runs an update of its package which the person has yet to accept. */
export function blockedOutcome(call: Call, { server }: Route): Outcome {
  const what = `calls of the server ${server}: it runs an update of its package`;
  return refusal(
    call,
    `Gatehouse holds ${what}, and the person must review that in Gatehouse first.`,
    server,
  );
}

function refusal(call: Call, why: string, server: string): Outcome {
  call.rule = "pins";
  const text =
    `${why} Do not retry until they have; tell them that it waits there ` +
    `(on the server's page, or: gatehouse server review ${server}).`;
  return call.target.space === "tools"
    ? deniedOutcome(call, text)
    : errorOutcome(call, DENIED, text, { code: "held_back" }, "denied");
}
