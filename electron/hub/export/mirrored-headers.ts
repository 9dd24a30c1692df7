import type { CallDetail } from "../../../shared/model/call.ts";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import { headersFor } from "../../core/mcp/stateless-era/headers.ts";
import { isWhole } from "./call-json.ts";

const PREFIX = "Mcp-Param-";

/**
 * The headers in which a request of the stateless era repeats the marked arguments of the tool that it calls, encoded; none
 * for a call whose request was not recorded whole.
 */
export function mirroredHeaders(
  { method, request }: CallDetail,
  params: readonly HeaderParam[],
): { name: string; value: string }[] {
  if (params.length === 0 || request === null || !isWhole(request)) return [];
  const bytes = new TextEncoder().encode(
    `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":${request.text}}`,
  );
  const headers = headersFor(bytes, scanMessage(bytes), { version: "", params });
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => ({ name, value }));
}
