import { type Dirent, promises as files } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, relative, sep } from "node:path";
import { WEB_PAGE_POLICY } from "../../shared/page-policy.ts";
import { respondFailure } from "./headers.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  map: "application/json",
  webmanifest: "application/manifest+json",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  ico: "image/x-icon",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  wasm: "application/wasm",
  txt: "text/plain; charset=utf-8",
};

/** The build puts a hash of the content into these names, so that they never change under their name. */
const HASHED = /^assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

interface UiFile {
  readonly path: string;
  readonly headers: readonly string[];
}

/** The web UI: the renderer's built files, which hold nothing secret and need no token. */
export interface Ui {
  /** Answers a request for `path`, which starts with "/ui". */
  handle(req: IncomingMessage, res: ServerResponse, path: string): void;
}

/**
 * Lists the folder's files, once; only these are ever served, by their exact names, so that no path can lead outside.
 * A missing folder gives a UI that says so.
 */
export async function createUi(folder: string | undefined): Promise<Ui> {
  const known = folder === undefined ? new Map<string, UiFile>() : await listFiles(folder);
  return {
    handle(req, res, path) {
      if (req.method !== "GET" && req.method !== "HEAD") {
        respondFailure(res, 405, "method_not_allowed", "the web UI is read with GET", undefined, [
          "Allow",
          "GET, HEAD",
        ]);
        return;
      }
      if (known.size === 0) {
        respondFailure(
          res,
          404,
          "no_web_ui",
          "this hub runs without the web UI",
          "Build it with `npm run build`, and start the hub without --no-ui.",
        );
        return;
      }
      if (path === "/ui") {
        res.writeHead(308, [
          ...headersOf("text/plain; charset=utf-8", "no-store"),
          "Location",
          "/ui/",
          "Content-Length",
          "0",
        ]);
        res.end();
        return;
      }
      const name = decoded(path.slice("/ui/".length));
      const file = name === undefined ? undefined : known.get(name === "" ? "index.html" : name);
      if (file === undefined) respondFailure(res, 404, "not_found", "the web UI has no such file");
      else void send(req, res, file);
    },
  };
}

async function send(req: IncomingMessage, res: ServerResponse, file: UiFile): Promise<void> {
  let content: Buffer;
  try {
    content = await files.readFile(file.path);
  } catch {
    respondFailure(
      res,
      404,
      "not_found",
      "this file of the web UI is gone",
      "Build it again: `npm run build`.",
    );
    return;
  }
  res.writeHead(200, [...file.headers, "Content-Length", String(content.length)]);
  if (req.method === "HEAD") res.end();
  else res.end(content);
}

async function listFiles(folder: string): Promise<Map<string, UiFile>> {
  const known = new Map<string, UiFile>();
  let entries: Dirent[];
  try {
    entries = await files.readdir(folder, { recursive: true, withFileTypes: true });
  } catch {
    return known;
  }
  for (const entry of entries) {
    // Links are left out: they could lead anywhere.
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";
    const caching = HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-store";
    known.set(name, { path, headers: headersOf(type, caching) });
  }
  return known;
}

function headersOf(type: string, caching: string): string[] {
  return [
    "Content-Type",
    type,
    "Cache-Control",
    caching,
    "Content-Security-Policy",
    WEB_PAGE_POLICY,
    "X-Content-Type-Options",
    "nosniff",
    "Referrer-Policy",
    "no-referrer",
    "Cross-Origin-Resource-Policy",
    "same-origin",
  ];
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
