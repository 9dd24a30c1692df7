/** An address taken apart, so that its host stands out. The parts joined are the text as it was sent. */
export interface AddressParts {
  readonly before: string;
  readonly host: string;
  readonly after: string;
  /** What to beware of, each a short sentence. */
  readonly warnings: readonly string[];
}

/** Takes an address apart; undefined when it has no host. */
export function addressParts(text: string): AddressParts | undefined {
  const match = /^(\s*[a-z][a-z0-9+.-]*:[\\/]{2}(?:[^/?#\\]*@)?)([^/?#\\\s]*)([\s\S]*)$/i.exec(text);
  const [, before = "", written = "", after = ""] = match ?? [];
  if (match === null || written === "" || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const warnings: string[] = [];
  const shown = written.replace(/:\d*$/, "");
  if (url.username !== "" || url.password !== "" || before.includes("@"))
    warnings.push("What stands before the @ is a user name, not the host.");
  if (/(?:^|\.)xn--/i.test(url.hostname))
    warnings.push(`The host holds letters that may look like others: ${url.hostname}`);
  else if (url.hostname !== "" && url.hostname.toLowerCase() !== shown.toLowerCase())
    warnings.push(`The host that is really meant: ${url.hostname}`);
  if (isLocal(url.hostname)) warnings.push("It leads to this machine or its own network.");
  if (url.protocol === "http:" && !isLocal(url.hostname)) warnings.push("It is not encrypted.");
  return { before, host: written, after, warnings };
}

function isLocal(host: string): boolean {
  return (
    /^(?:localhost|.*\.localhost|.*\.local|.*\.internal)$/i.test(host) ||
    /^(?:127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(host) ||
    /^\[(?:::1|::|f[cd]|fe80|::ffff)/i.test(host)
  );
}
