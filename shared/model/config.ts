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

/**
 * What is kept of a call's request, result and error: all of it, its sizes only, or neither. That the call was made, by
 * whom, of what and how it ended is always kept: nothing that happened is missing from the log.
 */
const payloadsSchema = z.enum(["full", "metadata", "off"]);
export type Payloads = z.infer<typeof payloadsSchema>;

const common = {
  enabled: z.boolean().default(true),
  /** Prefix of this server's names on /mcp; defaults to the server's name; "" exposes its own names. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,32}$/, "use letters, digits, '_' and '-', at most 32")
    .optional(),
  start: z.enum(["lazy", "eager"]).default("lazy"),
  isolation: z.enum(["shared", "session", "project"]).default("shared"),
  /**
   * Longest wait for an answer, in seconds, and as long for a server that is not ready; 0 means none, the client's own
   * limit rules. Waiting for a person does not count.
   */
  timeoutSeconds: z.number().min(0).max(86_400).default(0),
  /** What becomes of a tool call whose arguments do not fit the tool's input schema: refused, sent all the same, or not checked. */
  validate: z.enum(["off", "warn", "enforce"]).default("enforce"),
  /** The same for single tools, by glob over the server's own names; the first that fits holds before timeoutSeconds. */
  timeouts: z.record(z.string(), z.number().min(0).max(86_400)).optional(),
  /** Progress extends a timeout, up to this many seconds since the call was sent; 0 or absent: for as long as there is progress. */
  maxSeconds: z.number().min(0).max(604_800).optional(),
  /** Longest wait for a server to start and greet, in seconds; npx may have to install it first. 120 where absent. */
  startSeconds: z.number().positive().max(3_600).optional(),
  /** A server that nobody has used for this long is stopped, and started again by its next call; 0 or absent: never. */
  idleMinutes: z.number().min(0).max(10_080).optional(),
  /** What its whole process tree may use before the person is warned; absent: no warning. */
  warn: z
    .strictObject({
      memoryMb: z.number().positive().optional(),
      /** Percent of one core, over a minute. */
      cpuPercent: z.number().positive().optional(),
    })
    .optional(),
  /** What is recorded of its calls, before what `log` says for all. */
  log: z
    .strictObject({
      payloads: payloadsSchema.optional(),
      /** By glob over the server's own tool names; the first that fits holds. */
      tools: z.record(z.string(), payloadsSchema).default({}),
      /** Days that its calls are kept, where they are fewer than those of `log`. */
      days: z.number().positive().optional(),
    })
    .optional(),
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
  /** How to sign in, where the server's own documents do not say enough. */
  auth: z
    .strictObject({
      /** A client that was registered by hand. */
      clientId: z.string().min(1).optional(),
      /** A `${secret:NAME}` reference. */
      clientSecret: z.string().optional(),
      scopes: z.array(z.string().min(1)).optional(),
      /** "authorization_code": the person signs in. "client_credentials": the hub does, with clientSecret or privateKey. */
      grant: z.enum(["authorization_code", "client_credentials"]).default("authorization_code"),
      /** A `${secret:NAME}` reference to a PEM or JWK, for private_key_jwt. */
      privateKey: z.string().optional(),
      signingAlgorithm: z.string().optional(),
      /** The only issuer that gets to see this client and its secret; without, the one that the server names. */
      issuer: z.string().min(1).optional(),
      /** Lets its OAuth addresses be private ones though its own is public. */
      allowPrivate: z.boolean().default(false),
    })
    .optional(),
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
  /** Which of a server's signed-in accounts its clients use, by server; "default" where none is named. */
  accounts: z.record(nameSchema, nameSchema).optional(),
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
  /** Where secrets and tokens are kept: the operating system's keychain, or a file under a passphrase. */
  secrets: z.strictObject({ store: z.enum(["keychain", "file"]).default("keychain") }).prefault({}),
  log: z
    .strictObject({
      payloads: payloadsSchema.default("full"),
      /** Replaced before anything is written: members of that name at any depth, and text that a pattern finds (RE2). */
      redact: z
        .strictObject({
          fields: z.array(z.string().min(1)).default([]),
          patterns: z.array(z.string().min(1)).default([]),
        })
        .prefault({}),
      /** When calls cannot be recorded: they are refused, or served all the same. */
      onFailure: z.enum(["refuse", "serve"]).default("refuse"),
      /** Calls are kept for so many days; 0: for ever. */
      days: z.number().min(0).max(36_500).default(90),
      /** The database may grow to so many megabytes before the oldest calls go; 0: without bound. */
      maxMb: z.number().min(0).default(10_240),
    })
    .prefault({}),
  telemetry: z
    .strictObject({
      /** Base URL of an OTLP/HTTP receiver; absent: nothing is sent. */
      otlp: z.string().refine(isHttpUrl, "must be an http:// or https:// URL").optional(),
      headers: z.record(headerName, headerValue).default({}),
      /** Whether arguments and results travel along. */
      content: z.boolean().default(false),
    })
    .prefault({}),
  /** Money per million tokens of what tools take and give, by the model's name as the person calls it. */
  prices: z
    .record(
      z.string().min(1),
      z.strictObject({ input: z.number().min(0), currency: z.string().min(1).default("USD") }),
    )
    .default({}),
  /** All that apply hold. */
  limits: z.array(limitSchema).max(1_000).default([]),
});
export type Config = z.infer<typeof configSchema>;
