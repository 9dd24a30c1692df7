import { GatehouseError } from "../../../shared/errors.ts";
import { nameSchema, type ServerConfig } from "../../../shared/model/config.ts";
import { moveSecrets } from "../../../shared/plain-secrets.ts";
import { visible } from "../escape.ts";
import { heldText } from "../held-text.ts";
import type { Context } from "./context.ts";

export interface AddServerOptions {
  readonly url?: string;
  readonly type?: "http" | "sse";
  readonly header?: readonly string[];
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly prefix?: string;
  readonly lazy?: true;
  readonly eager?: true;
  readonly json?: string;
  readonly trust?: true;
  readonly plain?: true;
}

/** `server add`: from a command, a URL, or a pasted snippet (`--json`, or stdin). */
export async function addServer(
  context: Context,
  name: string | undefined,
  command: readonly string[],
  options: AddServerOptions,
): Promise<void> {
  if (name !== undefined && !nameSchema.safeParse(name).success)
    throw usage(
      `"${name}" is no usable name: use letters, digits, '.', '_' and '-', starting with a letter or digit`,
    );
  const sources = [command.length > 0, options.url !== undefined, options.json !== undefined].filter(Boolean);
  if (sources.length > 1) throw usage("give one of a command, --url and --json");
  const text =
    sources.length === 1 ? (options.json ?? entryText(name, command, options)) : await context.io.readInput();
  if (text === undefined || text.trim() === "")
    throw usage("say what to add: -- COMMAND ARGS…, --url URL, --json TEXT, or a snippet on stdin");
  const isSnippet = command.length === 0 && options.url === undefined;
  const { parseSnippet } = await import("../../hub/parse-snippet/index.ts");
  const { servers, problem } = parseSnippet(text);
  if (problem !== null)
    throw new GatehouseError("bad_request", problem.replace(/\.$/, ""), "Nothing was added.");
  if (isSnippet && name !== undefined && servers.length > 1)
    throw usage(`the snippet holds ${servers.length} servers: leave the name out to add them all`);

  await context.hub("either", async (hub) => {
    for (const server of servers) {
      const added = name ?? server.name;
      const trust = options.trust ? { trust: true } : {};
      const config = adjusted(server.config, options);
      const keychain = options.plain !== true;
      const done = await hub
        .call("servers.add", { name: added, config, keychain, ...trust })
        .catch((error: unknown) => Promise.reject(withPlainAdvice(error)));
      context.io.out(
        `Added server ${visible(added)}${options.trust ? "; clients may call its tools without asking" : ""}.\n`,
      );
      if (done.secrets.length > 0)
        context.io.out(
          `Kept as secrets, out of gatehouse.json: ${done.secrets.map((secret) => `\${secret:${visible(secret)}}`).join(", ")}.\n`,
        );
      const found = moveSecrets(added, config);
      const plain = [...(keychain ? [] : found.secrets.map(({ place }) => place)), ...found.staying].map(
        (place) => `${place} looks like a credential, and stands in gatehouse.json`,
      );
      if (found.staying.length > 0)
        plain.push(
          "arguments cannot refer to secrets, as every process can read them: use env if the server can",
        );
      for (const warning of [...server.warnings, ...plain])
        context.io.err(`warning: ${visible(added)}: ${visible(warning)}\n`);
    }
  });
}

/** Where secrets cannot be kept, the person may still decide that this one stands in the file. */
function withPlainAdvice(error: unknown): unknown {
  if (!(error instanceof GatehouseError) || error.code !== "secrets_unavailable") return error;
  const advice = "Or leave it in gatehouse.json, where others who can read the file see it: --plain";
  return new GatehouseError(
    error.code,
    error.message,
    [error.advice, advice].filter((part) => part !== undefined).join(" "),
    error,
  );
}

function entryText(name: string | undefined, command: readonly string[], options: AddServerOptions): string {
  if (name === undefined) throw usage("the server needs a name");
  const [program, ...args] = command;
  if (options.url !== undefined) {
    if (options.env !== undefined || options.cwd !== undefined)
      throw usage("--env and --cwd are for a command, not a URL");
    const { url, type } = options;
    return JSON.stringify({ [name]: { url, type, headers: pairs(options.header, ":", "--header") } });
  }
  if (options.header !== undefined || options.type !== undefined)
    throw usage("--header and --type are for --url");
  return JSON.stringify({
    [name]: { command: program, args, env: pairs(options.env, "=", "--env"), cwd: options.cwd },
  });
}

function adjusted(config: ServerConfig, options: AddServerOptions): ServerConfig {
  if (options.lazy && options.eager) throw usage("--lazy and --eager exclude each other");
  return {
    ...config,
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
    ...(options.eager ? { start: "eager" as const } : options.lazy ? { start: "lazy" as const } : {}),
  };
}

function pairs(
  texts: readonly string[] | undefined,
  separator: string,
  option: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts ?? []) {
    const at = text.indexOf(separator);
    if (at <= 0) throw usage(`${option} needs NAME${separator}VALUE`);
    const value = text.slice(at + 1);
    found[text.slice(0, at).trim()] = separator === ":" ? value.trim() : value;
  }
  return found;
}

const ACTS = {
  remove: { method: "servers.remove", need: "either", said: "Removed" },
  enable: { method: "servers.enable", need: "either", said: "Enabled" },
  disable: { method: "servers.disable", need: "either", said: "Disabled" },
  restart: { method: "servers.restart", need: "running", said: "Restarted" },
} as const;

/** `server remove|enable|disable|restart NAME`. */
export async function actOnServer(
  context: Context,
  act: keyof typeof ACTS,
  name: string,
  options: { json?: true },
): Promise<void> {
  const { method, need, said } = ACTS[act];
  const result = await context.hub(need, (hub) => hub.call(method, { name }));
  if (options.json) context.json(result);
  else context.io.out(`${said} server ${visible(name)}.\n`);
}

/** `server review NAME`: what is held back of a server; `--accept` accepts exactly what was printed. */
export async function reviewServer(
  context: Context,
  name: string,
  options: { json?: true; accept?: true },
): Promise<void> {
  const held = await context.hub("either", async (hub) => {
    const found = await hub.call("pins.list", { server: name });
    const ids = found.held.map(({ id }) => id);
    if (options.accept && ids.length > 0) await hub.call("pins.accept", { ids });
    return found.held;
  });
  if (options.json) return context.json({ held, accepted: options.accept === true && held.length > 0 });
  const { io, paint } = context;
  if (held.length === 0) return io.out(`Nothing of ${visible(name)} is held back.\n`);
  io.out(`${held.map((each) => heldText(each, paint, io.now())).join("\n")}\n`);
  io.out(
    options.accept
      ? `Accepted ${held.length === 1 ? "this change" : `these ${held.length} changes`}.\n`
      : `Accept with: gatehouse server review ${visible(name)} --accept\n`,
  );
}

const usage = (message: string): GatehouseError =>
  new GatehouseError("bad_usage", message, "See: gatehouse server add --help");
