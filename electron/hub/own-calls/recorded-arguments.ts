import { membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { whole } from "../../core/mcp/stateless-era/edits.ts";

/** The raw arguments in the recorded params of a tool call (raw JSON); "{}" when it had none. */
export function argumentsIn(params: string): string {
  const bytes = new TextEncoder().encode(params);
  const found = membersOf(bytes, whole(bytes)).find(({ key }) => key === "arguments");
  return found === undefined ? "{}" : textOf(bytes, found.value);
}
