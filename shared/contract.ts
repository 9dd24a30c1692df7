/**
 * The control API: the one typed contract between the hub and the desktop, the renderer and the CLI. Its methods are
 * in contract/, by what they are about; this is where they become one.
 *
 * It travels over a WebSocket at /control. The first two messages each way are the handshake (contract/handshake.ts);
 * after it every message is JSON-RPC 2.0. Requests go from the caller to the hub, broadcasts (notifications) back.
 * Everything is parsed on arrival. Each method names the roles that may call it (contract/method.ts).
 */
import type { z } from "zod";
import { callMethods, ownCallMethods, runMethods } from "./contract/calls.ts";
import { auditMethods, clientMethods, profileMethods } from "./contract/clients.ts";
import { hubMethods, settingsMethods } from "./contract/hub.ts";
import { metricsMethods } from "./contract/metrics.ts";
import { questionMethods } from "./contract/questions.ts";
import { grantMethods, pinMethods, ruleMethods } from "./contract/rules.ts";
import { secretMethods } from "./contract/secrets.ts";
import { serverMethods, signInMethods } from "./contract/servers.ts";

export { type Broadcast, type BroadcastData, broadcasts } from "./contract/broadcasts.ts";
export { helloSchema, loginSchema, proofSchema, refusalSchema, welcomeSchema } from "./contract/handshake.ts";
export { type HubDraining, hubSchema, type Settings, type Status } from "./contract/hub.ts";
export type { Grants, Role } from "./contract/method.ts";
export { ALLOW_GRANTS } from "./contract/questions.ts";
export { type RunFile, runFileSchema } from "./contract/run-file.ts";
export type { Proposal } from "./contract/servers.ts";

/** Every method, by the name that it has on the wire. */
export const methods = {
  ...hubMethods,
  ...serverMethods,
  ...signInMethods,
  ...clientMethods,
  ...profileMethods,
  ...auditMethods,
  ...ruleMethods,
  ...grantMethods,
  ...pinMethods,
  ...callMethods,
  ...ownCallMethods,
  ...runMethods,
  ...metricsMethods,
  ...questionMethods,
  ...secretMethods,
  ...settingsMethods,
} as const;

/** The whole table, as a type. */
export type Methods = typeof methods;
/** The name of a method. */
export type Method = keyof Methods;
/** What a caller writes, before defaults. */
export type Params<M extends Method> = z.input<Methods[M]["params"]>;
/** What the hub gets, after them. */
export type ParsedParams<M extends Method> = z.output<Methods[M]["params"]>;
/** What the caller gets. */
export type Result<M extends Method> = z.output<Methods[M]["result"]>;
