import type { ServerConfig } from "./config.ts";
import type { Launch } from "./server.ts";

/** Exactly what would run or be connected to; of env and headers only the names, never the values. */
export function launchOf(config: ServerConfig): Launch {
  return config.type === "stdio"
    ? {
        transport: "stdio",
        command: config.command,
        args: config.args,
        cwd: config.cwd ?? null,
        url: null,
        envNames: Object.keys(config.env),
        headerNames: [],
      }
    : {
        transport: config.type,
        command: null,
        args: [],
        cwd: null,
        url: config.url,
        envNames: [],
        headerNames: Object.keys(config.headers),
      };
}
