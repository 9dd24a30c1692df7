import type { ServerResponse } from "node:http";

/** Sent with every answer, as a flat array of names and values (the cheapest form for writeHead). */
export const COMMON_HEADERS: readonly string[] = [
  "X-Content-Type-Options",
  "nosniff",
  "Cache-Control",
  "no-store",
  "Content-Security-Policy",
  "frame-ancestors 'none'",
  "Referrer-Policy",
  "no-referrer",
  "Cross-Origin-Resource-Policy",
  "same-origin",
];

/** The headers of an answer with a body of `length` bytes. `extra` is a flat array of names and values. */
export function headersFor(type: string, length: number, extra: readonly string[] = []): string[] {
  return [...COMMON_HEADERS, "Content-Type", type, "Content-Length", String(length), ...extra];
}

/** Answers with a whole body at once. `extra` is a flat array of names and values. */
export function respond(
  res: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  extra: readonly string[] = [],
): void {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  res.writeHead(status, headersFor(type, bytes.length, extra));
  res.end(bytes);
}

/** A failure outside /mcp, as JSON: a code to branch on, a sentence, and what to do next. */
export function failureBody(code: string, message: string, advice?: string): string {
  return `${JSON.stringify({ error: code, message, ...(advice === undefined ? {} : { advice }) })}\n`;
}

/** Answers with a failure outside /mcp. */
export function respondFailure(
  res: ServerResponse,
  status: number,
  code: string,
  message: string,
  advice?: string,
  extra: readonly string[] = [],
): void {
  respond(res, status, "application/json", failureBody(code, message, advice), extra);
}
