import { z } from "zod";

/** What the hub asks of the process that holds the keychain's library. */
export const requestSchema = z.discriminatedUnion("op", [
  z.object({ id: z.int(), op: z.literal("get"), service: z.string(), account: z.string() }),
  z.object({
    id: z.int(),
    op: z.literal("set"),
    service: z.string(),
    account: z.string(),
    value: z.string(),
  }),
  z.object({ id: z.int(), op: z.literal("remove"), service: z.string(), account: z.string() }),
]);
/** One line to the helper. */
export type KeychainRequest = z.infer<typeof requestSchema>;

/** `reason`: "library" when it could not be loaded, "service" when it said no. */
export const replySchema = z.union([
  z.object({ id: z.int(), value: z.string().nullable() }),
  z.object({ id: z.int(), reason: z.enum(["library", "service"]), message: z.string() }),
]);
/** One line of its answer, with the request's id. */
export type KeychainReply = z.infer<typeof replySchema>;
