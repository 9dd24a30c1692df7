import type { Verdict } from "./call.ts";
import { globMatches } from "./glob.ts";

/** A rule's pattern of hosts, taken apart. */
export interface HostPattern {
  /** "https:" and so on; undefined: not said. */
  readonly scheme: string | undefined;
  /** ASCII, lower case, with `*`. */
  readonly host: string;
  /** A port, "*" for any; undefined: not said. */
  readonly port: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
  "ftp:": "21",
};

/**
 * Reads `[scheme://]host[:port]`; a sentence when it is wrong. A `*` stands for any run of characters, dots too, but not
 * in the last label and not glued to a whole name (`*example.com` would be `evil-example.com` as well).
 */
export function compileHostPattern(text: string): HostPattern | string {
  const parts =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^/?#@:\\\s[\]%]+)(?::(\d{1,5}|\*))?$/.exec(
      text,
    );
  if (parts === null) return "must be a host, such as example.com, *.example.com or localhost:3000";
  const [, scheme, raw = "", port] = parts;
  const said = { scheme: scheme === undefined ? undefined : `${scheme.toLowerCase()}:`, port };
  if (raw === "*") return { ...said, host: "*" };
  const labels = raw.replace(/\.$/, "").split(".");
  if (labels.length > 1 && /^\*[^*]/.test(labels[0] ?? ""))
    return `would match other sites too: write *.${raw.replace(/^\*+/, "").replace(/^[.-]/, "")}`;
  if (labels.at(-1)?.includes("*") === true)
    return "must not have * in its last part: anybody could have a host of that name";
  const ascii = labels.map((label) => (label.includes("*") ? wildLabel(label) : undefined));
  if (ascii.some((label) => label === null)) return "must not mix * with letters beyond ASCII in one part";
  // Placeholders keep their shape under the URL parser, which brings the other labels into their ASCII form.
  const parsed = parseUrl(
    `http://${labels.map((label, i) => (ascii[i] === undefined ? label : `w${i}w`)).join(".")}/`,
  );
  if (parsed === undefined) return "must be a host, such as example.com, *.example.com or localhost:3000";
  const host = ascii.some((label) => label !== undefined)
    ? parsed.hostname
        .split(".")
        .map((label, i) => ascii[i] ?? label)
        .join(".")
    : parsed.hostname;
  return { ...said, host };
}

const wildLabel = (label: string): string | null =>
  /^[\x21-\x7e]*$/.test(label) ? label.toLowerCase().replace(/\*+/g, "*") : null;

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a text is a URL at a host. It is read as the WHATWG URL standard says; for an allow (`lenient` false) it must
 * also be written so that every other parser finds the same host. Without a scheme in the pattern an allow means http and
 * https, without a port the scheme's own; a deny then means any. Where the host leads (DNS, redirects) cannot be seen.
 */
export function judgeHost(text: string, pattern: HostPattern, lenient: boolean): Verdict {
  const shown = (): string => `the URL ${JSON.stringify(text)}`;
  const no = (why: string): Verdict => ({ match: "no", why: () => `${shown()} ${why}` });
  const odd = oddities(text);
  const url = parseUrl(text);
  if (url === undefined || url.hostname === "") {
    if (!lenient) return no("is no absolute URL with a host");
    // Some programs put the scheme before what has none.
    const guessed = parseUrl(
      `https://${text.trim().replace(/^[a-z]*:?[\\/]*/i, (start) => (/[\\/]$/.test(start) ? "" : start))}`,
    );
    if (guessed === undefined)
      return /[\s]/.test(text.trim())
        ? no("is no URL")
        : { match: "unknown", why: () => `${shown()} cannot be read as a URL` };
    return hostMatches(guessed, pattern, true)
      ? { match: "yes", why: () => `${shown()} reads like one at ${pattern.host}` }
      : no(`is not at ${pattern.host}`);
  }
  const why = mismatch(url, pattern, lenient);
  if (why !== undefined) return lenient && odd !== undefined ? unsure(shown, odd) : no(why);
  if (lenient || odd === undefined)
    return { match: "yes", why: () => `${shown()} is at ${JSON.stringify(url.host)}` };
  return unsure(shown, odd);
}

const unsure = (shown: () => string, odd: string): Verdict => ({
  match: "unknown",
  why: () => `${shown()} is written so that programs may read another host: ${odd}`,
});

function mismatch(url: URL, pattern: HostPattern, lenient: boolean): string | undefined {
  const { scheme, port } = pattern;
  if (scheme === undefined ? !lenient && !/^https?:$/.test(url.protocol) : url.protocol !== scheme)
    return `is of the scheme ${JSON.stringify(url.protocol)}`;
  const own = url.port === "" ? DEFAULT_PORTS[url.protocol] : url.port;
  const wanted = port ?? (lenient ? "*" : DEFAULT_PORTS[url.protocol]);
  if (wanted !== "*" && own !== wanted) return `is at the port ${own ?? "that its scheme has"}`;
  return hostMatches(url, pattern, lenient)
    ? undefined
    : `is at ${JSON.stringify(url.hostname)}, not at ${pattern.host}`;
}

function hostMatches(url: URL, { host }: HostPattern, lenient: boolean): boolean {
  const name = url.hostname.toLowerCase().replace(/\.$/, "");
  if (globMatches(host, name)) return true;
  if (!lenient) return false;
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(name);
  if (mapped === null) return false;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return globMatches(host, `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
}

/** What about the text makes parsers of URLs disagree on its host; undefined for a plain URL. */
function oddities(text: string): string | undefined {
  if (/[\0-\x20\x7f]/.test(text)) return "it holds white space or a control character";
  if (text.includes("\\")) return "it holds a backslash";
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(text)?.[1];
  if (authority === undefined || authority === "") return "it has not exactly two slashes before its host";
  if (authority.includes("@")) return "it holds a user name before its host";
  const host = authority.replace(/:\d*$/, "");
  if (host.includes("%")) return "its host is percent-encoded";
  const parsed = parseUrl(text)?.hostname;
  if (parsed === undefined) return undefined;
  const plain = host.toLowerCase().replace(/\.$/, "");
  if (/^[\x21-\x7e]*$/.test(plain)) {
    if (plain !== parsed.replace(/\.$/, "")) return `its host is another way to write ${parsed}`;
    return undefined;
  }
  // Read differently by the two standards for such names, or look like dots.
  if (/ß|ς|\u200c|\u200d|\u3002|[\uff00-\uffef]/.test(plain))
    return "its host holds letters that standards read differently";
  return undefined;
}
