import { z } from "zod";

/** Something about the hub or a server that a person should see: a code, a sentence, and what to do. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Problems of the hub while which no call is recorded. */
export const RECORDING_STOPS = ["recording_failed", "storage_newer", "storage_read_only"] as const;
export type RecordingStop = (typeof RECORDING_STOPS)[number];
