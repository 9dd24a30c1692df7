import { join } from "node:path";
import { GatehouseError } from "../../../shared/errors.ts";
import type { RemoteServerConfig, ServerConfig } from "../../../shared/model/config.ts";
import { splitReferences } from "./references.ts";

/** Where the values of references come from. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The value of a stored secret, or undefined when there is none of that name. */
  readonly secret: (name: string) => Promise<string | undefined>;
  readonly homedir: string;
  /** What `${project}` stands for, and where the server runs without a cwd of its own; null: it stays as it is. */
  readonly project?: string | null;
}

/**
 * A server's definition with its references filled in, ready to be started. `env` and `headers` repeat the
 * config's. It may hold secrets: never show, log or store it.
 */
export interface ExpandedServer {
  readonly config: ServerConfig;
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills in `${env:NAME}`, `${secret:NAME}` and `${project}` in command, args, env, cwd, url and headers, and a leading
 * `~` in cwd. What is filled in is not looked at again; other `${…}` stay. Throws `not_found` naming the reference and its
 * place, and `config_invalid` for a secret in args.
 */
export async function expandServer(
  name: string,
  config: ServerConfig,
  sources: ReferenceSources,
): Promise<ExpandedServer> {
  const fill = (text: string, place: string): Promise<string> =>
    expandText(text, `${place} of server "${name}"`, sources);
  const fillRecord = async (record: Readonly<Record<string, string>>, place: string) => {
    const filled: Record<string, string> = {};
    for (const [key, text] of Object.entries(record)) filled[key] = await fill(text, `${place}.${key}`);
    return filled;
  };
  if (config.type !== "stdio") {
    const headers = await fillRecord(config.headers, "headers");
    const url = await fill(config.url, "url");
    const auth = config.auth === undefined ? {} : { auth: await fillAuth(config.auth, fill) };
    return { config: { ...config, url, headers, ...auth }, env: {}, headers };
  }
  const args: string[] = [];
  for (const [index, text] of config.args.entries()) {
    refuseSecret(text, `args[${index}] of server "${name}"`);
    args.push(await fill(text, `args[${index}]`));
  }
  const env = await fillRecord(config.env, "env");
  const command = await fill(config.command, "command");
  // A server that runs once per project runs in the project's folder, unless it says otherwise.
  const folder =
    config.cwd === undefined
      ? (sources.project ?? undefined)
      : fromHome(await fill(config.cwd, "cwd"), sources.homedir);
  const cwd = folder === undefined ? {} : { cwd: folder };
  return { config: { ...config, command, args, env, ...cwd }, env, headers: {} };
}

type Auth = NonNullable<RemoteServerConfig["auth"]>;

/** What of `auth` may be a reference: a client's id and what proves that it is this client. */
async function fillAuth(auth: Auth, fill: (text: string, place: string) => Promise<string>): Promise<Auth> {
  const filled: Auth = { ...auth };
  for (const member of ["clientId", "clientSecret", "privateKey"] as const) {
    const text = auth[member];
    if (text !== undefined) filled[member] = await fill(text, `auth.${member}`);
  }
  return filled;
}

/** Secrets never stand in a command line: whatever runs on this computer can read it. */
function refuseSecret(text: string, place: string): void {
  for (const part of splitReferences(text)) {
    if (typeof part === "string" || part.kind !== "secret") continue;
    const reference = `\${secret:${part.name}}`;
    throw new GatehouseError(
      "config_invalid",
      `${reference} in ${place}: every program of this computer can read arguments, so a secret is handed over in "env" only`,
      `Write "env": { "NAME": "${reference}" } with the variable that the program reads.`,
    );
  }
}

/** Fills in `${env:NAME}` and `${secret:NAME}` in headers; `place` is the member of the configuration that holds them. */
export async function expandHeaders(
  place: string,
  headers: Readonly<Record<string, string>>,
  sources: ReferenceSources,
): Promise<Record<string, string>> {
  const filled: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers))
    filled[name] = await expandText(text, `${place}.${name}`, sources);
  return filled;
}

async function expandText(text: string, place: string, sources: ReferenceSources): Promise<string> {
  let filled = "";
  for (const part of splitReferences(text)) {
    if (typeof part === "string") filled += part;
    else if (part.kind === "env") {
      const value = sources.env[part.name];
      if (value === undefined)
        throw new GatehouseError(
          "not_found",
          `\${env:${part.name}} in ${place}: the hub's environment has no ${part.name}`,
          `Set ${part.name} in the environment that the hub is started in.`,
        );
      filled += value;
    } else if (part.kind === "secret") {
      const value = await sources.secret(part.name).catch((error: unknown) => {
        if (!(error instanceof GatehouseError)) throw error;
        const what = `\${secret:${part.name}} in ${place} cannot be read: ${error.message}`;
        throw new GatehouseError(error.code, what, error.advice, error);
      });
      if (value === undefined)
        throw new GatehouseError(
          "not_found",
          `\${secret:${part.name}} in ${place}: there is no secret of that name`,
          `Set it: gatehouse secret set ${part.name}`,
        );
      filled += value;
    } else if (part.kind === "project") filled += sources.project ?? part.text;
    else filled += part.text;
  }
  return filled;
}

const fromHome = (path: string, homedir: string): string =>
  path === "~" ? homedir : /^~[/\\]/.test(path) ? join(homedir, path.slice(2)) : path;
