import type { Config, ServerConfig } from "../../../shared/model/config.ts";
import { splitReferences } from "../config/references.ts";

/** The names of the secrets that a server's definition refers to. */
export function secretsOf(config: ServerConfig): Set<string> {
  const texts =
    config.type === "stdio"
      ? [config.command, ...config.args, ...Object.values(config.env), config.cwd ?? ""]
      : [
          config.url,
          ...Object.values(config.headers),
          config.auth?.clientSecret ?? "",
          config.auth?.privateKey ?? "",
        ];
  const names = texts
    .flatMap(splitReferences)
    .flatMap((part) => (typeof part !== "string" && part.kind === "secret" ? [part.name] : []));
  return new Set(names);
}

/** Which servers use which secret, in the configuration's order. */
export function usesOfSecrets(config: Pick<Config, "mcpServers">): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const [server, entry] of Object.entries(config.mcpServers))
    for (const name of secretsOf(entry)) uses.set(name, [...(uses.get(name) ?? []), server]);
  return uses;
}
