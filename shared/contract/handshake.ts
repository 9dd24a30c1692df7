import { z } from "zod";
import { roleSchema } from "./method.ts";

/** Handshake, message 1, caller → hub: a random challenge (hex, 32 bytes) that only the home's hub can answer. */
export const helloSchema = z.object({
  hello: z.literal("gatehouse-control/1"),
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
});
/** Message 2, hub → caller: HMAC-SHA256(home key, "gatehouse-control/1:" + challenge), hex. */
export const proofSchema = z.object({ proof: z.string() });
/** Message 3, caller → hub: its token, or the one-time code of /ui/. Never in a URL. */
export const loginSchema = z.union([z.object({ token: z.string() }), z.object({ code: z.string() })]);
/** Message 4, hub → caller: the role; `token` lets a browser that came with a code reconnect. Else an error and close. */
export const welcomeSchema = z.object({ role: roleSchema, token: z.string().optional() });
/** In place of the hub's message: why the caller is not let in, in words. */
export const refusalSchema = z.object({ refused: z.string() });
