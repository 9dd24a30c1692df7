/**
 * The pages that the person's browser shows during a login: plain HTML, no script, nothing loaded from anywhere, not to
 * be framed. Whatever comes from a client is escaped, and shown with its hidden characters.
 */
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { visible } from "../../shared/visible.ts";

const STYLE = `
:root{color-scheme:light dark;--ground:#f6f6f7;--card:#fff;--line:#e3e3e7;--text:#1b1b1f;--soft:#62626b;--accent:#3b5bdb}
@media(prefers-color-scheme:dark){:root{--ground:#131316;--card:#1c1c20;--line:#2e2e35;--text:#ececf0;--soft:#9c9ca8;--accent:#8da2fb}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--text);
font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",sans-serif;-webkit-font-smoothing:antialiased}
main{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:28px}
header{display:flex;align-items:center;gap:10px;font-weight:600;color:var(--soft);font-size:13px}
header svg{color:var(--accent)}
h1{margin:18px 0 6px;font-size:20px;line-height:1.3;font-weight:600;letter-spacing:-.01em}
p{margin:0 0 10px;color:var(--soft)}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:18px 0 0;padding-top:16px;border-top:1px solid var(--line);font-size:13px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.bar{height:3px;margin:18px 0 0;border-radius:2px;overflow:hidden;background:var(--line)}
.bar i{display:block;width:34%;height:100%;border-radius:2px;background:var(--accent);animation:move 1.8s ease-in-out infinite alternate}
@keyframes move{from{transform:translateX(-10%)}to{transform:translateX(205%)}}
@media(prefers-reduced-motion:reduce){.bar i{animation:none;width:100%;opacity:.5}}
code{font:12.5px ui-monospace,SFMono-Regular,Menlo,monospace;color:var(--text)}
a{color:var(--accent)}`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const MARK = `<svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
 stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 21V9l8-6 8 6v12"/><path d="M9 21v-7h6v7"/></svg>`;

/** A small page of the hub's own, without scripts. */
export interface Page {
  readonly title: string;
  /** Sentences below the title. */
  readonly texts: readonly string[];
  /** Pairs of a label and a value. */
  readonly facts?: readonly (readonly [string, string])[];
  /** A bar that tells that something is awaited. */
  readonly waiting?: boolean;
  /** Where the browser goes by itself after so many seconds. */
  readonly next?: { readonly url: string; readonly afterSeconds: number };
}

/** Text as HTML, safe in elements and quoted attributes. */
function escapeHtml(text: string): string {
  return visible(text).replace(
    /[&<>"']/g,
    (character) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character] ?? character,
  );
}

/** The HTML of a page. */
export function renderPage({ title, texts, facts = [], waiting = false, next }: Page): string {
  const refresh =
    next === undefined
      ? ""
      : `<meta http-equiv="refresh" content="${next.afterSeconds};url=${escapeHtml(next.url)}">`;
  const list = facts.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${refresh}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><header>${MARK}Gatehouse</header><h1>${escapeHtml(title)}</h1>
${texts.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n")}
${waiting ? '<div class="bar" role="progressbar" aria-label="Waiting for your answer"><i></i></div>' : ""}
${list.length === 0 ? "" : `<dl>${list.join("")}</dl>`}</main></body></html>`;
}

/** The headers of every page, to replace those of other answers. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": POLICY,
  "X-Frame-Options": "DENY",
};

/** Answers with a page. */
export function sendPage(res: ServerResponse, status: number, page: Page): void {
  const body = Buffer.from(renderPage(page));
  for (const [name, value] of Object.entries(PAGE_HEADERS)) res.setHeader(name, value);
  res.setHeader("Content-Length", body.length);
  res.statusCode = status;
  res.end(body);
}
