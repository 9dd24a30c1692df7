import type { CallDetail, Payload } from "../../../shared/model/call.ts";
import { payloadJson } from "./call-json.ts";

/** What stands before the entries of an HTTP Archive 1.2, and after them. */
export const harHead = (version: string): string =>
  `{"log":{"version":"1.2","creator":${JSON.stringify({ name: "Gatehouse", version })},"entries":[`;
export const harTail = "\n]}}\n";

const milliseconds = (us: number): number => us / 1_000;

/**
 * A call as an entry: the request and the answer that a client of /mcp would have posted and got. The time before the
 * hub turned to it and the person's are "blocked", the hub's own "send", the server's "wait".
 */
export function harEntry(call: CallDetail): string {
  const { times } = call;
  const { request: _, result: __, error: ___, ...summary } = call;
  const answered = call.error === null ? 200 : 400;
  const request = message(call, "params", call.request, JSON.stringify(call.method));
  const [member, payload] = call.error === null ? ["result", call.result] : ["error", call.error];
  const answer = message(call, member as string, payload as Payload | null);
  return JSON.stringify({
    startedDateTime: call.startedAt,
    time: milliseconds(call.durationUs),
    request: {
      method: "POST",
      url: addressOf(call),
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [{ name: "Content-Type", value: "application/json" }],
      queryString: [],
      headersSize: -1,
      bodySize: Buffer.byteLength(request),
      postData: { mimeType: "application/json", params: [], text: request },
    },
    response: {
      status: answered,
      statusText: call.status,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [{ name: "Content-Type", value: "application/json" }],
      content: { size: Buffer.byteLength(answer), mimeType: "application/json", text: answer },
      redirectURL: "",
      headersSize: -1,
      bodySize: Buffer.byteLength(answer),
    },
    cache: {},
    timings: {
      blocked: milliseconds(times.queue + times.consent),
      dns: -1,
      connect: -1,
      ssl: -1,
      send: milliseconds(times.hub),
      wait: milliseconds(times.upstream),
      receive: 0,
    },
    comment: `${call.client ?? "unknown client"}: ${call.status}`,
    _gatehouse: summary,
  });
}

function addressOf({ server, tool, method }: CallDetail): string {
  const path = server === null ? "/mcp" : `/mcp/s/${encodeURIComponent(server)}`;
  return `http://127.0.0.1${path}#${encodeURIComponent(tool ?? method)}`;
}

/** A JSON-RPC message as text; the payload is put in as it is, as far as it was kept. */
function message(call: CallDetail, member: string, payload: Payload | null, method?: string): string {
  const named = method === undefined ? "" : `,"method":${method}`;
  const carried = payload === null ? "" : `,"${member}":${payloadJson(payload)}`;
  return `{"jsonrpc":"2.0","id":${call.id}${named}${carried}}`;
}
