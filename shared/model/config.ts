import { z } from "zod";
import { labelsSchema } from "./client.ts";
import { limitSchema } from "./limits.ts";
import { rulesSchema } from "./rule.ts";

export { type Rule, ruleSchema, trustRule } from "./rule.ts";

/** A server's or profile's name: what people type, and what stands in URLs and in tool prefixes. */
export const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
    "use letters, digits, '.', '_' and '-', at most 63, starting with a letter or digit",
  );

const common = {
  enabled: z.boolean().default(true),
  /** Prefix of this server's names on /mcp; defaults to the server's name; "" exposes its own names. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,32}$/, "use letters, digits, '_' and '-', at most 32")
    .optional(),
  start: z.enum(["lazy", "eager"]).default("lazy"),
  isolation: z.enum(["shared", "session", "project"]).default("shared"),
  /** Longest wait for an answer, in seconds; 0 means none, the client's own limit rules. */
  timeoutSeconds: z.number().min(0).max(86_400).default(0),
  /** What becomes of a tool call whose arguments do not fit the tool's input schema: refused, sent all the same, or not checked. */
  validate: z.enum(["off", "warn", "enforce"]).default("enforce"),
  /** Where the person counts this server in; only for filtering and showing. */
  labels: labelsSchema.optional(),
};

/** Text that can be handed to a process: the operating system ends it at a NUL. */
const processText = z.string().regex(/^[^\0]*$/, "must not hold a NUL character");
const environmentName = z.string().regex(/^[^=\0]+$/, "is no name of an environment variable");
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "is no name of an HTTP header");
const headerValue = z.string().regex(/^[^\r\n\0]*$/, "must be one line, without control characters");

/** A reference to what is known only at start: `${secret:NAME}`, `${env:NAME}`. */
const reference = /\$\{(?:secret|env):[^}]*\}/g;

/** Whether a text is an http(s) URL once its references are filled in. */
export function isHttpUrl(text: string): boolean {
  try {
    const { protocol, host } = new URL(text.replace(reference, "1"));
    return (protocol === "http:" || protocol === "https:") && host !== "";
  } catch {
    return false;
  }
}

export const stdioServerSchema = z.object({
  type: z.literal("stdio").default("stdio"),
  command: processText.min(1, "name the program to run"),
  args: z.array(processText).default([]),
  env: z.record(environmentName, processText).default({}),
  cwd: processText.min(1, "name a folder, or leave it out").optional(),
  ...common,
});

export const remoteServerSchema = z.object({
  type: z.enum(["http", "sse"]),
  url: z.string().refine(isHttpUrl, "must be an http:// or https:// URL"),
  headers: z.record(headerName, headerValue).default({}),
  ...common,
});

/** One entry of `mcpServers`, in the shape that Claude Desktop and Cursor use, plus Gatehouse's own keys. */
export const serverConfigSchema = z.union([stdioServerSchema, remoteServerSchema]);
export type StdioServerConfig = z.infer<typeof stdioServerSchema>;
export type RemoteServerConfig = z.infer<typeof remoteServerSchema>;
export type ServerConfig = z.infer<typeof serverConfigSchema>;

const namesFilterSchema = z.strictObject({
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
});

/**
 * What a client sees: servers by glob, and of each the tools, resources (by URI) and prompts by their server's own
 * names. Filters are keyed by the server's name, "*" for every other. An allow list admits, a deny list always wins.
 */
export const profileSchema = z.strictObject({
  servers: z.array(z.string()).optional(),
  tools: z.record(z.string(), namesFilterSchema).default({}),
  resources: z.record(z.string(), namesFilterSchema).default({}),
  prompts: z.record(z.string(), namesFilterSchema).default({}),
  /** Only tools that their server marks as read-only: its own claim. */
  readOnly: z.boolean().default(false),
});
export type Profile = z.infer<typeof profileSchema>;

/** The whole of gatehouse.json, after defaults. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  listen: z
    .strictObject({
      host: z
        .enum(["127.0.0.1", "localhost", "::1"], {
          error: "must be a loopback address: Gatehouse never listens on the network",
        })
        .default("127.0.0.1"),
      port: z.int().min(0).max(65_535).default(4780),
      /** Extra Host names accepted besides the loopback ones, for WSL and containers. */
      allowedHosts: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  access: z.strictObject({ anonymous: z.enum(["deny", "allow"]).default("deny") }).prefault({}),
  consent: z
    .strictObject({
      default: z.enum(["ask", "allow", "deny"]).default("ask"),
      timeoutSeconds: z.number().min(1).max(3_600).default(50),
      /**
       * What becomes of what a server adds after it was approved, and of a new version of its package: held back until
       * the person accepts it, listed with every call asked for, or taken as it is. What it changes is always held.
       */
      newTools: z.enum(["hold", "ask", "allow"]).default("hold"),
    })
    .prefault({}),
  mcpServers: z.record(nameSchema, serverConfigSchema).default({}),
  profiles: z.record(nameSchema, profileSchema).default({}),
  rules: rulesSchema.default([]),
  /** All that apply hold. */
  limits: z.array(limitSchema).max(1_000).default([]),
});
export type Config = z.infer<typeof configSchema>;
