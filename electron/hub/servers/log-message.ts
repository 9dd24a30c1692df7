import type { LogLine } from "../../../shared/model/server.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { decodeString } from "../../core/jsonrpc/json.ts";
import { isLogLevel } from "../../core/mcp/log-levels.ts";

/** Most of the data that is looked at, in bytes. */
const MAX_DATA = 8_192;

/** A logging notification as a line of its server's log (MCP, Logging): text as it is, other data as raw JSON. */
export function logLineOf(bytes: Buffer, { paramsMembers }: Envelope, at: number): LogLine | undefined {
  const member = (key: string) => paramsMembers.find((each) => each.key === key)?.value;
  const text = (key: string): string | undefined => {
    const span = member(key);
    return span !== undefined && bytes[span.start] === 0x22 ? decodeString(bytes, span) : undefined;
  };
  const data = member("data");
  if (data === undefined) return undefined;
  const level = text("level");
  const logger = text("logger");
  return {
    at,
    stream: "log",
    text: text("data") ?? bytes.toString("utf8", data.start, Math.min(data.end, data.start + MAX_DATA)),
    ...(level !== undefined && isLogLevel(level) ? { level } : {}),
    ...(logger === undefined || logger === "" ? {} : { logger: logger.slice(0, 200) }),
  };
}
