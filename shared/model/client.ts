import { z } from "zod";

export const clientSchema = z.object({
  id: z.string(),
  name: z.string(),
  profile: z.string().nullable(),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** Live sessions of this client. */
  sessions: z.int(),
});
export type Client = z.infer<typeof clientSchema>;
