import { z } from "zod";

const globText = z.string().min(1).max(1_000);

/**
 * One limit on calls. It counts apart for every client, server and tool that it names (by glob): `{"client": "*"}` for
 * each client, `{"server": "git"}` for that server however many clients call it, and without any for all calls together.
 */
export const limitSchema = z
  .strictObject({
    client: globText.optional(),
    server: globText.optional(),
    /** The tool's own name at its server (for other methods the prompt's name or the URI). */
    tool: globText.optional(),
    /** As many at once, and refilled evenly. */
    callsPerMinute: z.number().positive().max(1_000_000).optional(),
    inFlight: z.int().min(1).max(1_000_000).optional(),
    /** Estimated, four bytes of requests and results to a token; a calendar day of the machine's clock. */
    tokensPerDay: z.number().positive().optional(),
  })
  .refine(
    ({ callsPerMinute, inFlight, tokensPerDay }) =>
      callsPerMinute !== undefined || inFlight !== undefined || tokensPerDay !== undefined,
    "needs callsPerMinute, inFlight or tokensPerDay",
  );
export type Limit = z.infer<typeof limitSchema>;
