import { z } from "zod";

/** Who calls: "viewer" a renderer, "operator" whoever reads run.json, "owner" the desktop that forked the hub. */
export const roleSchema = z.enum(["viewer", "operator", "owner"]);
/** One of the three; found by the token, never declared by the caller. */
export type Role = z.infer<typeof roleSchema>;
/** "headless": only while no desktop is attached, recorded with the caller's pid and executable. */
export type Permission = "yes" | "no" | "headless";
/** What each role may, of one method. */
export type Grants = Record<Role, Permission>;

/** Everybody who may connect. */
export const read: Grants = { viewer: "yes", operator: "yes", owner: "yes" };
/** What runs the hub from day to day, and allows nobody anything new. */
export const operate: Grants = { viewer: "no", operator: "yes", owner: "yes" };
/** What allows something new: the owner's, while there is one. */
export const configure: Grants = { viewer: "no", operator: "headless", owner: "yes" };
/** What is nobody's but the desktop's, also while there is none. */
export const ownerOnly: Grants = { viewer: "no", operator: "no", owner: "yes" };

/** One method of the control API: who may call it, what it takes, what it gives. */
export const method = <P extends z.ZodType, R extends z.ZodType>(grants: Grants, params: P, result: R) => ({
  grants,
  params,
  result,
});

/** No parameters, or nothing to tell. */
export const nothing = z.object({});
/** The result of what is either done or an error. */
export const done = z.object({ ok: z.literal(true) });
/** A server, a client, a profile or a secret, by its name. */
export const named = z.object({ name: z.string() });
