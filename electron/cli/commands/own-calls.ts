import { randomUUID } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import { hasPartsTakenOut } from "../../../shared/model/call.ts";
import { argumentsIn } from "../../hub/own-calls/recorded-arguments.ts";
import { visibleLines } from "../escape.ts";
import type { Context } from "./context.ts";

/** The largest payload that can be sent again, in bytes. */
const WHOLE_PAYLOAD = 16_000_000;

export interface OwnCallOptions {
  readonly json?: true;
  readonly project?: string;
}

/** `call`: calls a tool as the person, who is asked about it like about any other call. */
export async function callTool(
  context: Context,
  server: string,
  tool: string,
  args: string,
  options: OwnCallOptions,
): Promise<void> {
  await context.hub("running", async (hub) => {
    const project = options.project ?? null;
    const request = { key: randomUUID(), server, tool, arguments: args, project };
    context.io.err(`Waiting for ${tool} on ${server}. Where a question is open: gatehouse pending\n`);
    const { id, status, answer } = await hub.call("calls.make", request);
    if (options.json) context.io.out(`{"id":${id},"status":"${status}","answer":${answer ?? "null"}}\n`);
    else {
      context.io.err(`${status}, recorded as call ${id ?? "-"}\n`);
      context.io.out(`${visibleLines(answer ?? "")}\n`);
    }
    if (status !== "ok")
      throw new GatehouseError("call_not_ok", `the call ended with ${status}`, "Its answer says more.");
  });
}

/** `calls replay`: a recorded tool call again, with its arguments or others. */
export async function replayCall(
  context: Context,
  id: number,
  args: string | undefined,
  options: OwnCallOptions,
): Promise<void> {
  const { server, tool, text, project } = await context.hub("running", async (hub) => {
    const call = await hub.call("calls.get", { id, maxBytes: WHOLE_PAYLOAD });
    if (call.method !== "tools/call" || call.server === null || call.tool === null)
      throw new GatehouseError("bad_request", `call ${id} is no tool call that reached a server`);
    if (args === undefined && (call.request === null || call.request.truncated))
      throw new GatehouseError(
        "bad_request",
        `the arguments of call ${id} were not recorded whole`,
        "Give them with --arguments.",
      );
    return { ...call, server: call.server, tool: call.tool, text: call.request?.text ?? "{}" };
  });
  const recorded = args === undefined ? argumentsIn(text) : "";
  if (hasPartsTakenOut(recorded))
    throw new GatehouseError(
      "bad_request",
      `the arguments of call ${id} were recorded with marks in place of secrets, or of what log.redact names`,
      "Give them as they were, or as they are meant to be sent, with --arguments.",
    );
  await callTool(context, server, tool, args ?? recorded, {
    ...options,
    ...(options.project === undefined && project !== null ? { project } : {}),
  });
}
