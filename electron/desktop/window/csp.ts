import { pagePolicy } from "../../../shared/page-policy.ts";

/** Headers of every answer of the app's scheme. */
export const APP_HEADERS: Readonly<Record<string, string>> = {
  // Besides its own files the page needs the hub's socket on this machine.
  "content-security-policy": pagePolicy("ws://127.0.0.1:*"),
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The same for the popup's page, which connects to nothing: it hears and says everything through its bridge. */
export const POPUP_HEADERS: Readonly<Record<string, string>> = {
  ...APP_HEADERS,
  "content-security-policy": pagePolicy("'none'"),
};
