/** The page's own path on the app's scheme. */
export const FAILURE_PATH = "/__unavailable";

/** A page that stands in for the renderer when it cannot be shown. It has no script; `why` is shown as text. */
export function failurePage(why: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Gatehouse</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
  main { max-width: 34rem; padding: 2rem; }
  h1 { font-size: 1.15rem; font-weight: 600; margin: 0 0 .5rem; }
  p { margin: 0 0 1rem; opacity: .8; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.5 ui-monospace, monospace; opacity: .7; margin: 0 0 1.25rem; }
  a { display: inline-block; padding: .45rem .9rem; border: 1px solid; border-radius: .5rem; color: inherit; text-decoration: none; }
  a:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>The window cannot be shown</h1>
<p>Your servers and clients are not affected: the hub is a process of its own and goes on.</p>
<pre>${escapeHtml(why)}</pre>
<a href="gatehouse://app/">Try again</a>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
