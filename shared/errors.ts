/**
 * Local errors: a stable code that callers and scripts may branch on, a sentence that says what went wrong,
 * and what to do next. Wire errors (JSON-RPC) live in electron/core/jsonrpc/errors.ts.
 */
import { ERROR_CODES } from "./codes.ts";

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Whether a text is a code of this list; what another process says may be of another version. */
export function isErrorCode(text: string): text is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(text);
}

/** An error that a person is meant to read. `message` is the sentence; `advice` is what to do next. */
export class GatehouseError extends Error {
  readonly code: ErrorCode;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, advice?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "GatehouseError";
    this.code = code;
    this.advice = advice;
  }
}

/** The sentence of any thrown value, for a person; never a stack. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
