import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { POPUP_PATH } from "../../../shared/popup-channels.ts";
import { APP_HEADERS, POPUP_HEADERS } from "./csp.ts";
import { isOwnPage } from "./navigation.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  map: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
  txt: "text/plain; charset=utf-8",
};

/** What the app's scheme answers: a file of the built renderer, one of the built-in pages, or a refusal. */
export interface AppAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

/**
 * Answers requests of the app's scheme from one folder and nothing beside it. `pages` are built-in pages by path.
 * Never throws.
 */
export function createAppFiles(
  folder: string,
  pages: Readonly<Record<string, () => string>>,
): (method: string, url: string) => Promise<AppAnswer> {
  const plain = (status: number, body: string): AppAnswer => ({
    status,
    headers: { ...APP_HEADERS, "content-type": "text/plain; charset=utf-8" },
    body,
  });

  return async (method, url) => {
    if (method !== "GET" && method !== "HEAD") return plain(405, "only GET");
    if (!isOwnPage(url)) return plain(404, "not found");
    const path = decoded(new URL(url).pathname);
    if (path === undefined) return plain(404, "not found");
    const page = pages[path];
    if (page !== undefined)
      return { status: 200, headers: { ...APP_HEADERS, "content-type": TYPES.html ?? "" }, body: page() };
    const file = insideFolder(folder, path === "/" ? "/index.html" : path);
    const type = TYPES[path === "/" ? "html" : (path.split(".").at(-1) ?? "")];
    if (file === undefined || type === undefined) return plain(404, "not found");
    try {
      const rules = path === POPUP_PATH ? POPUP_HEADERS : APP_HEADERS;
      return { status: 200, headers: { ...rules, "content-type": type }, body: await readFile(file) };
    } catch {
      return plain(404, "not found");
    }
  };
}

function decoded(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    return text.includes("\0") || text.includes("\\") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The file of a path inside the folder, or undefined if it would be outside. */
function insideFolder(folder: string, path: string): string | undefined {
  const file = join(folder, path);
  return file.startsWith(folder + sep) ? file : undefined;
}
