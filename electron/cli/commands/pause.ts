import type { Context } from "./context.ts";

/** `pause`: the hub refuses every call, and records the refusals, until `resume` or its own end. */
export async function pause(context: Context, options: { json?: true }): Promise<void> {
  const result = await context.hub("running", (hub) => hub.call("hub.pause", {}));
  if (options.json) context.json(result);
  else context.io.out("Paused: calls are refused. Let them through again with: gatehouse resume\n");
}

/** `resume`: the end of `pause`. */
export async function resume(context: Context, options: { json?: true }): Promise<void> {
  const result = await context.hub("running", (hub) => hub.call("hub.resume", {}));
  if (options.json) context.json(result);
  else context.io.out("Resumed: calls are decided by the rules again.\n");
}
