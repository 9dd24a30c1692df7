/** Excerpts of what a server said in an error, fit for a person's eyes: short, one line, and without our own secrets. */

const MAX_EXCERPT = 300;
/** Shorter texts than this are no secrets worth hiding, and would tear words apart. */
const SHORTEST_SECRET = 6;
/** A part of a path this long may be a key. */
const SHORTEST_PATH_SECRET = 16;

/** Everything of a server's definition that may be secret: header values, and what of the URL can be a key. */
export function secretsOf(url: URL, headers: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (const value of Object.values(headers)) found.push(value, ...value.split(/[\s,;=]+/));
  for (const value of url.searchParams.values()) found.push(value);
  for (const part of url.pathname.split("/"))
    if (part.length >= SHORTEST_PATH_SECRET) found.push(part, decoded(part));
  found.push(decoded(url.password), url.password);
  const long = found.filter((text) => text.length >= SHORTEST_SECRET);
  return [...new Set(long)].sort((a, b) => b.length - a.length);
}

/** One clean line of at most 300 characters; "" when nothing of it can be read. */
export function excerptOf(text: string, secrets: readonly string[]): string {
  let clean = sayingOf(text);
  for (const secret of secrets) clean = clean.replaceAll(secret, "•••");
  clean = clean.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\s]+/gu, " ").trim();
  return clean.length > MAX_EXCERPT ? `${clean.slice(0, MAX_EXCERPT)}…` : clean;
}

/** What a body says: the message of a JSON error, or its text without markup. */
function sayingOf(text: string): string {
  const body = text.trimStart();
  if (body.startsWith("{")) {
    try {
      const { error, error_description, message, detail } = JSON.parse(body) as Record<string, unknown>;
      const inner =
        typeof error === "object" && error !== null ? (error as { message?: unknown }).message : undefined;
      const said = [inner, error_description, message, detail, error].find(
        (part) => typeof part === "string",
      );
      if (typeof said === "string") return said;
    } catch {
      // Not JSON after all: taken as text.
    }
  }
  if (!body.startsWith("<")) return body;
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1];
  return title ?? body.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
