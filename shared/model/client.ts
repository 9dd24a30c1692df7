import { z } from "zod";

/** A program as the operating system knows it; null where the system does not tell. */
export const processSchema = z.object({
  pid: z.int(),
  /** The short name of the command. */
  name: z.string().nullable(),
  /** The full path of the executable. */
  executable: z.string().nullable(),
  /** The name of the user it runs as. */
  user: z.string().nullable(),
});
export type Process = z.infer<typeof processSchema>;

const labelSchema = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u,
    "use letters, digits, spaces, '.', '_' and '-', at most 40",
  );

/** What the person calls a server's or client's place: both can be filtered by everywhere. */
export const labelsSchema = z.strictObject({
  environment: labelSchema.optional(),
  team: labelSchema.optional(),
});
export type Labels = z.infer<typeof labelsSchema>;

export const clientSchema = z.object({
  id: z.string(),
  /** Unique among living clients, chosen or confirmed by the person; never what the client says of itself. */
  name: z.string(),
  /** What the client called itself when it was paired or last opened a session: a claim, shown in quotes. */
  claimedName: z.string().nullable(),
  /** Key of a drawing that ships with Gatehouse ("claude-code", "cursor" and so on); null for any other. */
  icon: z.string().nullable(),
  /** How it got its token: printed once by `client add`, or by its own OAuth login. */
  via: z.enum(["token", "pairing"]),
  profile: z.string().nullable(),
  labels: labelsSchema,
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** Live sessions of this client. */
  sessions: z.int(),
});
export type Client = z.infer<typeof clientSchema>;

/** One live session, or, in the stateless era, the requests of one client program. */
export const clientSessionSchema = z.object({
  /** A label, not its id: the id is a capability. */
  label: z.string(),
  revision: z.string(),
  transport: z.enum(["http", "sse", "connect"]),
  /** "name version" as the client said it. */
  claimedName: z.string().nullable(),
  process: processSchema.nullable(),
  /** "all", "profile:NAME" or "server:NAME". */
  scope: z.string(),
  /** The client's project folder, where it told one. */
  project: z.string().nullable(),
  openedAt: z.string(),
  lastUsedAt: z.string(),
  /** Requests under way. */
  running: z.int(),
});
export type ClientSession = z.infer<typeof clientSessionSchema>;

export const clientDetailSchema = clientSchema.extend({ sessionList: z.array(clientSessionSchema) });
export type ClientDetail = z.infer<typeof clientDetailSchema>;
