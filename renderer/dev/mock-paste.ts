import type { Proposal } from "../../shared/contract.ts";
import { serverConfigSchema } from "../../shared/model/config.ts";
import { launchOf } from "../../shared/model/launch.ts";

/** Reads pasted text roughly as the hub does: a client's JSON, a URL or a command line. */
export function parsePasted(
  text: string,
  isTaken: (name: string) => boolean,
): { proposals: Proposal[]; problem: string | null } {
  const propose = (name: string, raw: unknown): Proposal => {
    const config = serverConfigSchema.parse(raw);
    const launch = launchOf(config);
    const line = [launch.command, ...launch.args].join(" ");
    return {
      name,
      config,
      launch,
      warnings: [
        ...(/\bsudo\b/.test(line) ? ["It runs as administrator (sudo)."] : []),
        ...(/curl.*\|\s*(ba)?sh/.test(line) ? ["It downloads a script and runs it (curl | sh)."] : []),
      ],
      taken: isTaken(name),
    };
  };
  const trimmed = text.trim();
  if (trimmed === "") return { proposals: [], problem: null };
  if (trimmed.startsWith("{")) {
    try {
      const json = JSON.parse(trimmed) as Record<string, unknown>;
      const map = (json.mcpServers ?? json.servers ?? json) as Record<string, unknown>;
      return { proposals: Object.entries(map).map(([name, raw]) => propose(name, raw)), problem: null };
    } catch {
      return { proposals: [], problem: "This is not JSON: a comma or a bracket is missing near line 3." };
    }
  }
  if (/^https?:/.test(trimmed))
    return { proposals: [propose("remote", { type: "http", url: trimmed })], problem: null };
  const [command = "", ...args] =
    trimmed.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
  return {
    proposals: [
      propose(args.at(-1)?.split("/").at(-1)?.replace("server-", "") ?? "server", { command, args }),
    ],
    problem: null,
  };
}
