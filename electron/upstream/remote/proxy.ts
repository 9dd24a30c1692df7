/** The proxy variables as Node's agents take them. */
export interface ProxyVariables {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}

const LOOPBACK = ["localhost", "127.0.0.1", "::1", "[::1]"];

/**
 * The proxies of an environment (lower case wins, as in curl). This machine itself is never reached through a proxy,
 * and a bare domain in NO_PROXY covers its subdomains too, as curl and browsers read it.
 */
export function proxyVariables(env: Readonly<Record<string, string | undefined>>): ProxyVariables {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const http = read("HTTP_PROXY");
  const https = read("HTTPS_PROXY");
  const listed = (read("NO_PROXY") ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const suffixes = listed
    .filter((entry) => /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/i.test(entry))
    .map((entry) => `.${entry}`);
  return {
    ...(http === undefined ? {} : { HTTP_PROXY: http }),
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    NO_PROXY: [...listed, ...suffixes, ...LOOPBACK].join(","),
  };
}
