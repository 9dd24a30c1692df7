/** A URI of a server, as far as its exposed form is concerned. */
export interface OwnedUri {
  readonly server: string;
  readonly name: string;
}

/**
 * Under what URIs clients see resources and templates: their own, but where two servers use the same one, each gets
 * `gatehouse://SERVER/` before it. Same order as given; the outcome does not depend on the order.
 */
export function exposeUris(uris: readonly OwnedUri[]): string[] {
  const owners = new Map<string, Set<string>>();
  for (const { server, name } of uris) {
    const set = owners.get(name) ?? new Set();
    owners.set(name, set.add(server));
  }
  return uris.map(({ server, name }) =>
    (owners.get(name)?.size ?? 0) > 1 ? `gatehouse://${encodeURIComponent(server)}/${name}` : name,
  );
}
