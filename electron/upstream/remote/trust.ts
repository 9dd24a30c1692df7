import * as tls from "node:tls";

let trusted: tls.SecureContext | undefined;

/**
 * What TLS connections trust: Node's own authorities, those of NODE_EXTRA_CA_CERTS, and the operating system's, so that
 * a company's own authority works as in a browser. Made at the first use and kept: reading the system's store is slow.
 */
export function systemTrust(): tls.SecureContext {
  trusted ??= tls.createSecureContext({ ca: authorities() });
  return trusted;
}

function authorities(): string[] {
  const all = new Set(tls.getCACertificates("default"));
  try {
    for (const certificate of tls.getCACertificates("system")) all.add(certificate);
  } catch {
    // A store that cannot be read leaves the bundled authorities.
  }
  return [...all];
}
