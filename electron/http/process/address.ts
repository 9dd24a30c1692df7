/** One spelling for each IP address: an IPv4 address that is mapped into IPv6 as IPv4, IPv6 shortened, no zone. */
export function canonicalAddress(address: string): string {
  const plain = address.replace(/%.*$/, "").toLowerCase();
  if (!plain.includes(":")) return plain;
  // The URL standard's serializer knows the one shortest form, and reads dotted endings.
  const host = URL.parse(`http://[${plain}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return plain;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
