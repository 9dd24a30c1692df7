import { z } from "zod";

/** Something about a server that a person should see: a code, a sentence, and what to do. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
});
export type Problem = z.infer<typeof problemSchema>;
