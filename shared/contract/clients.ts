import { z } from "zod";
import { auditEntrySchema } from "../model/audit.ts";
import { clientDetailSchema, clientSchema, labelsSchema } from "../model/client.ts";
import { profileSchema } from "../model/config.ts";
import { seenSchema } from "../model/consent.ts";
import { configure, done, method, named, nothing, operate, read } from "./method.ts";

/** Clients and their identities. */
export const clientMethods = {
  /** Lists all, also the revoked. */
  "clients.list": method(read, nothing, z.object({ clients: z.array(clientSchema) })),
  "clients.add": method(
    configure,
    z.object({ name: z.string(), profile: z.string().nullable().default(null) }),
    z.object({ client: clientSchema, token: z.string() }),
  ),
  /** As `clients.add`, for `gatehouse connect --client NAME`: the hub writes the token into the home folder. */
  "clients.addConnect": method(
    configure,
    z.object({ name: z.string(), profile: z.string().nullable().default(null) }),
    z.object({ client: clientSchema }),
  ),
  "clients.revoke": method(operate, named, z.object({ client: clientSchema })),
  "clients.get": method(read, named, clientDetailSchema),
  "clients.update": method(
    configure,
    named.extend({
      newName: z.string().optional(),
      profile: z.string().nullable().optional(),
      labels: labelsSchema.optional(),
    }),
    z.object({ client: clientSchema }),
  ),
} as const;

/** Profiles: what the clients that have one are shown. */
export const profileMethods = {
  "profiles.list": method(
    read,
    nothing,
    z.object({
      profiles: z.array(
        z.object({ name: z.string(), profile: profileSchema, clients: z.int(), seen: seenSchema }),
      ),
    }),
  ),
  /** What a profile that is not saved would show. */
  "profiles.preview": method(
    read,
    z.object({ profile: profileSchema }),
    seenSchema.extend({
      /** By their servers' own names, in the order in which clients see them. */
      toolList: z.array(z.object({ server: z.string(), name: z.string() })),
    }),
  ),
  "profiles.set": method(configure, named.extend({ profile: profileSchema }), done),
  /** Refused while a living client has it. */
  "profiles.remove": method(configure, named, done),
} as const;

/** Who changed what. */
export const auditMethods = {
  /** Newest first; `before` is the id of the last entry already seen, `search` a substring of act or detail. */
  "audit.list": method(
    read,
    z.object({
      search: z.string().max(200).optional(),
      limit: z.int().min(1).max(1_000).default(100),
      before: z.int().optional(),
    }),
    z.object({ entries: z.array(auditEntrySchema), more: z.boolean() }),
  ),
} as const;
