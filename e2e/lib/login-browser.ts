/** A browser as far as a login needs one: cookies by path, redirects, `meta refresh`; no script, as the pages have none. */

/** What stands in the window. */
export interface Shown {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where the page goes on to by itself. */
  readonly refresh: string | undefined;
}

export class LoginBrowser {
  readonly #cookies = new Map<string, { value: string; path: string; host: string }>();
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>> = {}) {
    this.#headers = headers;
  }

  /** One request with the cookies that belong to it; redirects are not followed. */
  async load(url: string, signal?: AbortSignal): Promise<Shown> {
    const { host, pathname } = new URL(url);
    const cookies = [...this.#cookies]
      .filter(([, cookie]) => cookie.host === host && pathname.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`);
    const response = await fetch(url, {
      redirect: "manual",
      headers: {
        Accept: "text/html",
        "Sec-Fetch-Site": "none",
        "Sec-Fetch-Mode": "navigate",
        ...this.#headers,
        ...(cookies.length === 0 ? {} : { Cookie: cookies.join("; ") }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path, host });
    }
    const text = await response.text();
    const refresh = /<meta http-equiv="refresh" content="\d+;url=([^"]+)"/.exec(text)?.[1];
    return {
      url,
      status: response.status,
      headers: response.headers,
      text,
      refresh: refresh === undefined ? undefined : new URL(refresh.replaceAll("&amp;", "&"), url).href,
    };
  }

  /** Follows redirects until a page is shown, or one leads away from the hub: then that address is the result. */
  async open(url: string): Promise<Shown | URL> {
    const { origin } = new URL(url);
    let at = url;
    for (let hop = 0; hop < 10; hop += 1) {
      const shown = await this.load(at);
      const location = shown.headers.get("location");
      if (location === null) return shown;
      const next = new URL(location, at);
      if (next.origin !== origin) return next;
      at = next.href;
    }
    throw new Error(`too many redirects from ${url}`);
  }

  /** Goes on from a waiting page, as `meta refresh` does, until the browser is sent away from the hub. */
  async wait(page: Shown | URL): Promise<URL> {
    let at = page;
    for (let turn = 0; turn < 20; turn += 1) {
      if (at instanceof URL) return at;
      if (at.refresh === undefined)
        throw new Error(`the page ${at.url} (${at.status}) does not go on: ${at.text.slice(-600)}`);
      at = await this.open(at.refresh);
    }
    throw new Error("the page waited too long");
  }
}
