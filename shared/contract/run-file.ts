import { z } from "zod";

/** run.json in the home folder: where the running hub is, for the same user's CLI and desktop. */
export const runFileSchema = z.object({
  pid: z.int(),
  port: z.int(),
  url: z.string(),
  token: z.string(),
  version: z.string(),
  startedAt: z.string(),
});
/** The content of run.json. */
export type RunFile = z.infer<typeof runFileSchema>;
