import type { RawResponse } from "./response-parser.ts";

/** What the load is made of: one request at a time, answered before the next. */
export interface Caller {
  /** Sends one JSON-RPC request (the text after `"id":N,`, without the closing brace) and gives its answer's text. */
  send(rest: string): Promise<string>;
  close(): void;
}

/** Something that hands out callers: a target's connections, or one pipe shared by all. */
export interface Line {
  connect(): Promise<Caller>;
  close(): void;
}

/** Throws unless the response is a 200. */
export function expectOk(response: RawResponse, what: string): void {
  if (response.status !== 200) {
    throw new Error(
      `${what} was answered with ${response.status}: ${response.body.toString("utf8", 0, 500)}`,
    );
  }
}
