/**
 * Where an authorization code may be sent. A code that reaches the wrong place is worth nothing without the verifier
 * (PKCE), but the redirect itself must not turn the hub into a springboard. RFC 8252 sections 7.1 to 7.3, 8.4.
 */

interface KnownRedirect {
  readonly uri: string;
  /** Why a code may leave the machine to this address. */
  readonly why: string;
}

/** The https redirects of known editors, exact. */
export const KNOWN_REDIRECTS: readonly KnownRedirect[] = [
  {
    uri: "https://vscode.dev/redirect",
    why: "VS Code's own page, which hands the code to the desktop editor by its vscode: link",
  },
  {
    uri: "https://insiders.vscode.dev/redirect",
    why: "the same for VS Code Insiders",
  },
  {
    uri: "https://claude.ai/api/mcp/auth_callback",
    why: "Claude's connectors, whose code is redeemed by the app that registered",
  },
  {
    uri: "https://claude.com/api/mcp/auth_callback",
    why: "the same under Anthropic's other domain",
  },
  {
    uri: "https://www.cursor.com/agents/mcp/oauth/callback",
    why: "Cursor registers it beside its own scheme, for its agents",
  },
];

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Schemes that belong to the browser or the system, not to a program that waits for a code. */
const FOREIGN_SCHEMES = new Set(
  (
    "http https ws wss ftp ftps sftp file filesystem javascript vbscript data blob about view-source chrome edge " +
    "opera brave moz-extension chrome-extension resource jar mailto tel sms callto facetime facetime-audio intent " +
    "shell search search-ms ms-msdt ms-officecmd ms-settings ms-word ms-excel ms-powerpoint hcp help mk res ldap " +
    "ldaps ssh telnet smb afp nfs vnc rdp magnet itms itms-apps itms-services x-apple-helpbasic applescript " +
    "gatehouse gatehouse-link"
  ).split(" "),
);
const LONGEST_URI = 2_000;

/** Whether a client may register this redirect URI. Whatever cannot be read in just one way is refused. */
export function mayRedirectTo(uri: string): boolean {
  if (uri.length > LONGEST_URI || !/^[!#-;=?-[\]_a-z~]+$/i.test(uri) || uri.includes("#")) return false;
  const url = URL.parse(uri);
  if (url === null || url.username !== "" || url.password !== "") return false;
  const scheme = url.protocol.slice(0, -1);
  if (scheme === "https") return KNOWN_REDIRECTS.some((known) => known.uri === uri);
  // The text must name the loopback itself: not a host that only comes out so, such as 0x7f.1 or 127.1.
  if (scheme === "http")
    return (
      LOOPBACK_HOSTS.has(url.hostname) && /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)([:/?]|$)/.test(uri)
    );
  return /^[a-z][a-z0-9+.-]*$/.test(scheme) && !FOREIGN_SCHEMES.has(scheme) && uri.startsWith(`${scheme}:/`);
}

/** What a person is shown of a redirect: its host and port, or the scheme of a private one. */
export function redirectHostOf(uri: string): string {
  const url = URL.parse(uri);
  if (url === null) return uri;
  return url.protocol === "http:" || url.protocol === "https:" ? url.host : url.protocol;
}

/** Whether the redirect leads to a program by its own scheme: the browser's page stays open then. */
export const isPrivateScheme = (uri: string): boolean => !/^https?:/i.test(uri);
