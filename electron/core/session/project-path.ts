/** Longest project folder that is taken, in characters. */
const MAX_LENGTH = 4_096;

/**
 * A client's project folder as it names it, by an absolute path or a file: URI, as one absolute path without dot
 * segments; undefined when it is neither, or of another kind of system. It need not exist. `windows` tells whose paths
 * these are.
 */
export function projectPath(text: string, windows: boolean): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const path = /^file:/i.test(text) ? fromFileUri(text, windows) : text;
  if (path === undefined || /[\x00-\x1f\x7f]/.test(path)) return undefined;
  return windows ? windowsPath(path) : posixPath(path);
}

function posixPath(path: string): string | undefined {
  return path.startsWith("/") ? `/${withoutDots(path.split("/")).join("/")}` : undefined;
}

function windowsPath(path: string): string | undefined {
  const parts = path.replaceAll("/", "\\").split("\\");
  const [first = "", second = "", host = "", share = ""] = parts;
  if (/^[A-Za-z]:$/.test(first) && parts.length > 1)
    return `${first.toUpperCase()}\\${withoutDots(parts.slice(1)).join("\\")}`;
  // \\host\share\… but no device paths (\\?\ and \\.\).
  const isShare = first === "" && second === "" && /^[^?.]/.test(host) && share !== "";
  if (!isShare || path.startsWith("\\\\\\")) return undefined;
  return `\\\\${[host, share, ...withoutDots(parts.slice(4))].join("\\")}`;
}

function withoutDots(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return kept;
}

/** RFC 8089: an empty or local host, or on Windows the host of a share; percent-encodings are UTF-8. */
function fromFileUri(uri: string, windows: boolean): string | undefined {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    return undefined;
  }
  const path = percentDecoded(url.pathname);
  if (path === undefined) return undefined;
  if (!windows) return url.host === "" ? path : undefined;
  if (url.host !== "") return `\\\\${url.host}${path}`;
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : undefined;
}

function percentDecoded(text: string): string | undefined {
  const pieces = text.split("%");
  const bytes = [...new TextEncoder().encode(pieces[0])];
  for (const piece of pieces.slice(1)) {
    const code = /^[0-9A-Fa-f]{2}/.exec(piece)?.[0];
    // An encoded separator or NUL would make another path of it.
    if (code === undefined || /^(00|2f|5c)$/i.test(code)) return undefined;
    bytes.push(Number.parseInt(code, 16), ...new TextEncoder().encode(piece.slice(2)));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}
