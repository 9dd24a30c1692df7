import type { IncomingMessage } from "node:http";
import { request } from "./builtin.ts";
import type { HubRun } from "./hub-link.ts";

/** Nothing of the request was written: it can be sent again. */
export class NotSent extends Error {}
/** It was written, and no answer came: nobody knows whether it was carried out. */
export class AnswerLost extends Error {}

export interface HttpRequest {
  readonly method: "POST" | "GET" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** From now on some of it may be at the hub. */
  readonly onWritten?: () => void;
  /** The whole request has left this process. */
  readonly onFlushed?: () => void;
}

/**
 * Sends one request to the hub; resolves with the answer's head. Rejects with NotSent, AnswerLost, or what kept a
 * connection from being opened (GatehouseError `hub_untrusted`).
 */
export function send(run: HubRun, what: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let written = false;
    const req = request({
      agent: run.agent,
      host: run.host,
      port: run.port,
      method: what.method,
      path: what.path,
      headers: { ...what.headers, ...(what.body && { "Content-Length": String(what.body.length) }) },
      signal: what.signal,
    });
    req.once("socket", () => {
      written = true;
      what.onWritten?.();
    });
    req.once("response", resolve);
    req.on("error", (error) => {
      if (written) reject(new AnswerLost(error.message));
      else reject(error.name === "GatehouseError" ? error : new NotSent(error.message));
    });
    if (what.onFlushed !== undefined) req.once("finish", what.onFlushed);
    req.end(what.body);
  });
}
