import { z } from "zod";

/** An administrative act: who did what, from where. Never holds a secret's value. */
export const auditEntrySchema = z.object({
  id: z.int(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** "owner", "operator", "viewer", "client" for what a client's request led to, "hub" for its own doing. */
  role: z.string(),
  pid: z.int().nullable(),
  executable: z.string().nullable(),
  /** "client.add", "rule.add", "server.remove", "pair.ask" and so on. */
  act: z.string(),
  detail: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
