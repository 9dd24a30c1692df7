const DEFAULT = "default";

/** Servers at which a profile can choose, each with the accounts to choose from: those there are, and the chosen one. */
export function choicesOf(
  signedIn: Readonly<Record<string, readonly string[]>>,
  chosen: Readonly<Record<string, string>>,
): { readonly server: string; readonly names: readonly string[] }[] {
  return [...new Set([...Object.keys(signedIn), ...Object.keys(chosen)])].sort().flatMap((server) => {
    const own = chosen[server];
    const names = new Set([DEFAULT, ...(signedIn[server] ?? []), ...(own === undefined ? [] : [own])]);
    return names.size < 2 ? [] : [{ server, names: [...names] }];
  });
}

/** The choice with another account at one server; "default" needs no entry. */
export function withAccount(
  chosen: Readonly<Record<string, string>>,
  server: string,
  account: string,
): Record<string, string> {
  const { [server]: _, ...others } = chosen;
  return account === DEFAULT ? others : { ...others, [server]: account };
}
