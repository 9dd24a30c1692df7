/** The window's content security policy: our own files, the hub's socket on this machine, and nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src data: blob:",
  "font-src 'self'",
  "connect-src ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of every answer of the app's scheme. */
export const APP_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The same for the popup's page, which connects to nothing: it hears and says everything through its bridge. */
export const POPUP_HEADERS: Readonly<Record<string, string>> = {
  ...APP_HEADERS,
  "content-security-policy": CONTENT_SECURITY_POLICY.replace(
    "connect-src ws://127.0.0.1:*",
    "connect-src 'none'",
  ),
};
