/** A person's browser as far as a sign-in needs one: it follows redirects and keeps each origin's cookies. */
export interface Visit {
  readonly status: number;
  readonly text: string;
  /** Every address that it was at, in order. */
  readonly visited: readonly string[];
}

/** Opens an address and follows where it leads. `stopAt`: an address beginning so is not asked for any more. */
export async function browse(address: string, stopAt?: string): Promise<Visit> {
  const cookies = new Map<string, Map<string, string>>();
  const visited: string[] = [];
  for (let url = new URL(address); visited.length < 20; ) {
    visited.push(url.href);
    if (stopAt !== undefined && url.href.startsWith(stopAt)) return { status: 0, text: "", visited };
    const jar = cookies.get(url.origin) ?? new Map<string, string>();
    cookies.set(url.origin, jar);
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get("location");
    const text = await response.text();
    if (location === null || response.status < 300 || response.status > 399)
      return { status: response.status, text, visited };
    url = new URL(location, url);
  }
  throw new Error(`too many redirects, the last to ${visited.at(-1)}`);
}
