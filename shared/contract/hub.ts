import { z } from "zod";
import { clientSchema } from "../model/client.ts";
import { diagnosisSchema } from "../model/diagnosis.ts";
import { savedSchema } from "../model/health.ts";
import { problemSchema, serverSummarySchema } from "../model/server.ts";
import { configure, done, method, nothing, operate, ownerOnly, read } from "./method.ts";

/** The settings that a window shows, as they are in force. */
export const settingsSchema = z.object({
  home: z.string(),
  configFile: z.string(),
  /** The port in gatehouse.json; `url` is where the hub really listens. */
  port: z.int(),
  consentDefault: z.enum(["ask", "allow", "deny"]),
  consentTimeoutSeconds: z.number(),
  anonymous: z.enum(["deny", "allow"]),
  versions: z.record(z.string(), z.string()),
  /** The current complaint about gatehouse.json, if the last edit was bad. */
  configError: z.string().nullable(),
});
/** As `settings.get` gives them. */
export type Settings = z.infer<typeof settingsSchema>;

/** The hub is ending and waits for what is under way: `calls`, of which `questions` wait for a person (and pairings). */
export const drainingSchema = z.object({
  calls: z.int(),
  questions: z.int(),
  /** When it ends at the latest, ISO 8601. */
  until: z.string(),
});
/** The wait of a hub that ends. */
export type HubDraining = z.infer<typeof drainingSchema>;

/** The hub itself, as `hubChanged` tells it; `startedAt` in ISO 8601, `url` null without a listener. */
export const hubSchema = z.object({
  pid: z.int(),
  url: z.string().nullable(),
  version: z.string(),
  startedAt: z.string(),
  paused: z.boolean(),
  /** Whether a desktop is attached, which then is the only one to allow and configure. */
  desktop: z.boolean(),
  /** What the person must know of the hub itself: calls that cannot be recorded, a damaged database. */
  problems: z.array(problemSchema).default([]),
  /** Only while the hub is ending. */
  draining: drainingSchema.optional(),
});

/** All that a window begins with; `pending` counts the open questions. */
export const statusSchema = z.object({
  hub: hubSchema,
  servers: z.array(serverSummarySchema),
  clients: z.array(clientSchema),
  pending: z.int(),
  saved: savedSchema.default({ processes: 0, memoryBytes: 0 }),
});
/** As `hub.status` gives it. */
export type Status = z.infer<typeof statusSchema>;

/** The hub itself: its state, its end, its diagnosis, who may look in. */
export const hubMethods = {
  "hub.status": method(read, nothing, statusSchema),
  "hub.pause": method(read, nothing, done),
  "hub.resume": method(operate, nothing, done),
  /**
   * Ends the hub: no new calls are taken, and those under way have `drainSeconds`. Used by a desktop that quits or that
   * takes over from a headless hub. Said again with less, it is waited for less.
   */
  "hub.shutdown": method(operate, z.object({ drainSeconds: z.number().min(0).max(30).default(5) }), done),
  /**
   * Looks at everything that keeps servers and clients from working, or at one server. Enabled servers that do not run
   * are started for the trial, apart from those that clients use, and ended again; what runs is left alone. Each check is
   * told as it is done (`diagnosisProgressed`), under the caller's own `run`.
   */
  "hub.diagnose": method(
    read,
    z.object({ server: z.string().optional(), run: z.string().max(64).default("") }),
    diagnosisSchema,
  ),
  /** Mints a viewer token for a renderer. */
  "hub.viewerToken": method(ownerOnly, nothing, z.object({ token: z.string() })),
  /** Mints a one-time code that opens /ui/ in a browser within 60 seconds. */
  "hub.uiCode": method(operate, nothing, z.object({ url: z.string() })),
} as const;

/** The settings that a window shows; the rest is in gatehouse.json. */
export const settingsMethods = {
  "settings.get": method(read, nothing, settingsSchema),
  "settings.set": method(
    configure,
    z.object({
      port: z.int().min(0).max(65_535).optional(),
      consentDefault: z.enum(["ask", "allow", "deny"]).optional(),
      secretStore: z.enum(["keychain", "file"]).optional(),
    }),
    settingsSchema,
  ),
} as const;
