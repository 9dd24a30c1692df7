import { homedir } from "node:os";
import type { LiveSecrets } from "../../core/redact/live-secrets.ts";
import { expandHeaders, expandServer } from "../config/expand.ts";
import { projectFolder } from "../config/project-folder.ts";
import type { HomeFiles } from "../home/paths.ts";
import type { SecretStore } from "../ports/secrets.ts";
import { launchSecrets } from "../secrets/launch-secrets.ts";
import type { ResolveLaunch } from "../servers/server-deps.ts";

interface Parts {
  readonly secrets: SecretStore;
  readonly live: LiveSecrets;
  readonly files: HomeFiles;
}

/** Fills in the references of what the configuration has started or sent to. Rejects with GatehouseError. */
export function createLaunches({ secrets, live, files }: Parts): {
  readonly server: ResolveLaunch;
  /** The headers of `telemetry`; their secrets are known from now on. */
  telemetryHeaders(headers: Readonly<Record<string, string>>): Promise<Record<string, string>>;
} {
  return {
    server: async (name, config, project) => {
      const used = launchSecrets(secrets);
      const expanded = await expandServer(name, config, {
        env: process.env,
        secret: used.secret,
        homedir: homedir(),
        project: config.isolation === "project" ? projectFolder(name, project, files.noProject) : null,
      });
      return { name, ...expanded, secrets: used.given() };
    },
    telemetryHeaders: async (headers) => {
      const used = launchSecrets(secrets);
      const filled = await expandHeaders("telemetry.headers", headers, {
        env: process.env,
        secret: used.secret,
        homedir: homedir(),
      });
      live.set("telemetry", used.given());
      return filled;
    },
  };
}
