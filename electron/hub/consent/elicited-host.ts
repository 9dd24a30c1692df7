/**
 * The host of the page that a server wants the person to open (MCP, Elicitation, URL mode); undefined for anything else.
 * What is no usable URL is shown as it stands, cut.
 */
export function elicitedHost(method: string, params: Uint8Array | undefined): string | undefined {
  if (method !== "elicitation/create" || params === undefined) return undefined;
  const { mode, url } = JSON.parse(new TextDecoder().decode(params)) as { mode?: unknown; url?: unknown };
  if (mode !== "url" || typeof url !== "string") return undefined;
  try {
    return new URL(url).host || url.slice(0, 200);
  } catch {
    return url.slice(0, 200);
  }
}
