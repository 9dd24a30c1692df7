/**
 * The content security policy of our pages: our own files, `connect` (sources as connect-src takes them), nothing else.
 * Inline styles are let through because the components that the renderer is built from (dialogs that lock scrolling, the
 * payload viewer, toasts) insert style elements of their own.
 */
export const pagePolicy = (connect: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src data: blob:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** The same where the page comes from the hub itself: besides, it may open the hub's socket on this machine. */
export const WEB_PAGE_POLICY = pagePolicy("'self' ws://127.0.0.1:* ws://localhost:*");
