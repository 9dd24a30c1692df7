import { z } from "zod";
import { accountNameSchema } from "../model/account.ts";
import { serverConfigSchema } from "../model/config.ts";
import { savedSchema, serverHealthSchema } from "../model/health.ts";
import {
  launchSchema,
  logFilterSchema,
  logLineSchema,
  serverDetailSchema,
  serverSummarySchema,
} from "../model/server.ts";
import { configure, done, method, named, nothing, operate, ownerOnly, read } from "./method.ts";

/** A server found in pasted text, with what would run and what to beware of. */
export const proposalSchema = z.object({
  name: z.string(),
  config: serverConfigSchema,
  launch: launchSchema,
  warnings: z.array(z.string()),
  /** The name is already in use by another server. */
  taken: z.boolean(),
});
/** As `servers.parse` gives it. */
export type Proposal = z.infer<typeof proposalSchema>;

/** Servers: what they do, what they use, and how they come and go. */
export const serverMethods = {
  "servers.list": method(read, nothing, z.object({ servers: z.array(serverSummarySchema) })),
  "servers.get": method(read, named, serverDetailSchema),
  /**
   * The newest lines that fit, oldest first; `before` is what an earlier answer gave, for the lines before its own. A
   * long log is searched in pieces: an answer may hold few lines or none and yet name where to go on.
   */
  "servers.log": method(
    read,
    named.extend({
      ...logFilterSchema.shape,
      limit: z.int().min(1).max(5_000).default(500),
      before: z.string().max(60).optional(),
    }),
    z.object({ lines: z.array(logLineSchema), before: z.string().nullable() }),
  ),
  /**
   * What each server uses, with its last minutes. Whoever asks again and again, about every `everyMs`, is taken to be
   * watching: only for as long are servers sampled that often.
   */
  "servers.health": method(
    read,
    nothing,
    z.object({ servers: z.array(serverHealthSchema), saved: savedSchema, everyMs: z.number() }),
  ),
  /** Reads pasted text (a client's JSON, a command line or a URL) and says what it would add. Changes nothing. */
  "servers.parse": method(
    read,
    z.object({ text: z.string().max(1_000_000) }),
    z.object({ proposals: z.array(proposalSchema), problem: z.string().nullable() }),
  ),
  /**
   * `trust` also lets clients call its tools without asking: it appends the rule `trustRule(name)`. `keychain` sets what
   * looks like a credential as secrets and writes references in their place; where that fails, nothing is added.
   */
  "servers.add": method(
    configure,
    z.object({
      name: z.string(),
      config: serverConfigSchema,
      trust: z.boolean().default(false),
      keychain: z.boolean().default(false),
    }),
    z.object({ ok: z.literal(true), secrets: z.array(z.string()).default([]) }),
  ),
  /** The same with a server that there is: what looks like a credential in gatehouse.json becomes secrets, by their names. */
  "servers.moveSecrets": method(configure, named, z.object({ secrets: z.array(z.string()) })),
  /** Takes the rule that `trust` wrote along. */
  "servers.remove": method(configure, named, done),
  "servers.enable": method(configure, named, done),
  "servers.disable": method(operate, named, done),
  "servers.restart": method(operate, named, done),
} as const;

/** Signing in to remote servers. */
export const signInMethods = {
  /**
   * Begins a sign-in to a remote server. `url` is where the person signs in; null where the desktop opens it, or nobody
   * has to (`done`). The end is told by the broadcast signInChanged. "app": the browser hands the answer to the desktop.
   */
  "servers.signIn": method(
    read,
    named.extend({ account: accountNameSchema, redirect: z.enum(["loopback", "app"]).default("loopback") }),
    z.object({ id: z.string(), url: z.string().nullable(), done: z.boolean() }),
  ),
  /** For the desktop, which opens it in the person's browser. */
  "servers.signInUrl": method(ownerOnly, z.object({ id: z.string() }), z.object({ url: z.string() })),
  "servers.cancelSignIn": method(read, z.object({ id: z.string() }), done),
  /** The address by which the system has handed the answer of a sign-in to the desktop. */
  "servers.finishSignIn": method(ownerOnly, z.object({ url: z.string().max(16_384) }), done),
  /** Deletes the tokens; `revoked` tells whether the issuer has taken note. */
  "servers.signOut": method(
    read,
    named.extend({ account: accountNameSchema }),
    z.object({ ok: z.literal(true), revoked: z.boolean() }),
  ),
} as const;
