import { POPUP_PATH } from "../../../shared/popup-channels.ts";

/** The window's own scheme and origin. Deep links use another scheme (gatehouse-link), so that none can ever name a page of ours. */
export const APP_SCHEME = "gatehouse";
export const APP_ORIGIN = "gatehouse://app";
export const APP_URL = `${APP_ORIGIN}/`;

/** Whether a frame that shows this URL is our page. */
export function isOwnPage(url: string | undefined): boolean {
  const parsed = url === undefined ? undefined : parse(url);
  return parsed?.protocol === `${APP_SCHEME}:` && parsed.host === "app";
}

/** Whether this is a file that our page has made: a Blob of our origin. */
export const isOwnFile = (url: string): boolean => url.startsWith(`blob:${APP_ORIGIN}/`);

/** Whether a frame that shows this URL is the popup's page. */
export function isPopupPage(url: string | undefined): boolean {
  return isOwnPage(url) && parse(url ?? "")?.pathname === POPUP_PATH;
}

/** Whether the window may go there: to its start page only (a reload, or "try again" after a failure). */
export function mayNavigate(url: string): boolean {
  const parsed = parse(url);
  return isOwnPage(url) && (parsed?.pathname === "/" || parsed?.pathname === "/index.html");
}

/** Whether the page may load or connect to this at all; the policy in csp.ts is the finer one. */
export function mayRequest(url: string): boolean {
  const parsed = parse(url);
  if (parsed === undefined) return false;
  if (parsed.protocol === "ws:") return parsed.hostname === "127.0.0.1";
  if (parsed.protocol === "data:" || parsed.protocol === "blob:" || parsed.protocol === "devtools:")
    return true;
  return isOwnPage(url);
}

/**
 * An address that may be offered to the person's browser: http or https, with nothing in it that makes it look like
 * another. `host` is what it leads to, in ASCII. Undefined for everything else.
 */
export function externalLink(url: string): { url: string; host: string } | undefined {
  const parsed = parse(url);
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) return undefined;
  if (parsed.username !== "" || parsed.password !== "" || parsed.host === "") return undefined;
  return { url: parsed.href, host: parsed.host };
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
