/**
 * What travels over the IPC channel between the desktop and the hub that it has forked
 * (`gatehouse serve --desktop`). The channel itself is the owner's credential: nothing of it is ever on disk.
 * If the channel closes, the hub shuts down in order.
 */
import { z } from "zod";

/** Both ways: one message of the control API, in the owner role, no handshake. */
export const controlMessageSchema = z.object({ type: z.literal("control"), text: z.string() });

/** Hub → desktop: exactly one of these two comes first. */
const readyMessageSchema = z.object({ type: z.literal("ready"), url: z.string(), port: z.int() });
const failedMessageSchema = z.object({
  type: z.literal("failed"),
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
});

export const hubMessageSchema = z.discriminatedUnion("type", [
  controlMessageSchema,
  readyMessageSchema,
  failedMessageSchema,
]);
export type HubMessage = z.infer<typeof hubMessageSchema>;
