/** The parameters of the Bearer challenge in a WWW-Authenticate header (RFC 6750 3, RFC 9728 5.1). */
export interface BearerChallenge {
  readonly resourceMetadata: string | undefined;
  readonly scope: string | undefined;
  readonly error: string | undefined;
}

/** Reads the Bearer challenge of a header that may hold several; all undefined when there is none. */
export function readChallenge(header: string | undefined): BearerChallenge {
  const at = header === undefined ? -1 : header.search(/(?:^|[\s,])Bearer(?=\s|$)/i);
  const text = header === undefined || at < 0 ? "" : header.slice(at);
  const read = (name: string): string | undefined => {
    const found = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, "i").exec(
      text,
    );
    const value = found?.[1]?.replace(/\\(.)/g, "$1") ?? found?.[2];
    return value === undefined || value === "" ? undefined : value;
  };
  return { resourceMetadata: read("resource_metadata"), scope: read("scope"), error: read("error") };
}
