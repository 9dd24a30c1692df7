/**
 * What becomes of a method between a client and a server of different eras.
 * - `forward`: passed on, converted by `downgrade.ts` or `upgrade.ts`.
 * - `translate`: the other era says it otherwise; `as` names the part of the hub that does.
 * - `acknowledge`: answered by the hub with an empty result, the other era needs nothing (a notification is dropped).
 * - `unknown`: does not exist in the sender's own era: -32601, over HTTP 404.
 */
export type Passage =
  | { readonly kind: "forward" }
  | { readonly kind: "translate"; readonly as: Translation }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "unknown" };

/**
 * `discover`: server/discover ↔ initialize. `listen`: subscriptions/listen ↔ the GET stream, resources/subscribe and
 * unsubscribe. `log-level`: logging/setLevel ↔ the level in each request's `_meta`. `round-trip`: a server's request ↔ an
 * input_required result. `tasks`: session era tasks ↔ the tasks extension. `cancel`: notifications/cancelled ↔ closing
 * the response's stream; on stdio it is sent in both eras.
 */
export type Translation = "discover" | "listen" | "log-level" | "round-trip" | "tasks" | "cancel";

const FORWARD: Passage = { kind: "forward" };
const ACKNOWLEDGE: Passage = { kind: "acknowledge" };
const UNKNOWN: Passage = { kind: "unknown" };
const translate = (as: Translation): Passage => ({ kind: "translate", as });

/** The requests that both eras have (MCP 2025-11-25 and 2026-07-28, ClientRequest). */
const SHARED: readonly [string, Passage][] = [
  "tools/list",
  "tools/call",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "completion/complete",
].map((method) => [method, FORWARD]);

const FROM_STATELESS_CLIENT: ReadonlyMap<string, Passage> = new Map([
  ...SHARED,
  ["server/discover", translate("discover")],
  ["subscriptions/listen", translate("listen")],
  ["notifications/cancelled", translate("cancel")],
  ["tasks/get", translate("tasks")],
  ["tasks/update", translate("tasks")],
  ["tasks/cancel", translate("tasks")],
]);

const GONE = [
  "initialize",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
  "tasks/list",
  "tasks/result",
];

const FROM_SESSION_CLIENT: ReadonlyMap<string, Passage> = new Map([
  ...SHARED,
  ["initialize", translate("discover")],
  ["ping", ACKNOWLEDGE],
  ["logging/setLevel", translate("log-level")],
  ["resources/subscribe", translate("listen")],
  ["resources/unsubscribe", translate("listen")],
  ["tasks/get", translate("tasks")],
  ["tasks/result", translate("tasks")],
  ["tasks/list", translate("tasks")],
  ["tasks/cancel", translate("tasks")],
  ["notifications/initialized", ACKNOWLEDGE],
  ["notifications/roots/list_changed", ACKNOWLEDGE],
  ["notifications/cancelled", translate("cancel")],
  ["notifications/progress", translate("round-trip")],
  ["notifications/tasks/status", translate("tasks")],
]);

const FROM_SESSION_SERVER: ReadonlyMap<string, Passage> = new Map([
  ["ping", ACKNOWLEDGE],
  ["sampling/createMessage", translate("round-trip")],
  ["elicitation/create", translate("round-trip")],
  ["roots/list", translate("round-trip")],
  ["tasks/get", translate("tasks")],
  ["tasks/result", translate("tasks")],
  ["tasks/list", translate("tasks")],
  ["tasks/cancel", translate("tasks")],
  ["notifications/progress", FORWARD],
  ["notifications/message", translate("log-level")],
  ["notifications/tools/list_changed", translate("listen")],
  ["notifications/prompts/list_changed", translate("listen")],
  ["notifications/resources/list_changed", translate("listen")],
  ["notifications/resources/updated", translate("listen")],
  ["notifications/elicitation/complete", ACKNOWLEDGE],
  ["notifications/tasks/status", translate("tasks")],
  ["notifications/cancelled", translate("round-trip")],
]);

const FROM_STATELESS_SERVER: ReadonlyMap<string, Passage> = new Map([
  ["notifications/progress", FORWARD],
  ["notifications/message", FORWARD],
  ["notifications/tools/list_changed", translate("listen")],
  ["notifications/prompts/list_changed", translate("listen")],
  ["notifications/resources/list_changed", translate("listen")],
  ["notifications/resources/updated", translate("listen")],
  ["notifications/subscriptions/acknowledged", translate("listen")],
  ["notifications/cancelled", translate("listen")],
  ["notifications/tasks", translate("tasks")],
]);

/** From a client of the stateless era to a server of the session era. Methods of neither era are the owner's to let pass. */
export function fromStatelessClient(method: string): Passage {
  return FROM_STATELESS_CLIENT.get(method) ?? (GONE.includes(method) ? UNKNOWN : FORWARD);
}

/** From a client of the session era to a server of the stateless era. */
export function fromSessionClient(method: string): Passage {
  const newer =
    method === "server/discover" || method === "subscriptions/listen" || method === "tasks/update";
  return FROM_SESSION_CLIENT.get(method) ?? (newer ? UNKNOWN : FORWARD);
}

/** From a server of the session era to a client of the stateless era, requests and notifications. */
export function fromSessionServer(method: string): Passage {
  return FROM_SESSION_SERVER.get(method) ?? FORWARD;
}

/** From a server of the stateless era, whose every request is a fault, to a client of the session era. */
export function fromStatelessServer(method: string, kind: "request" | "notification"): Passage {
  return kind === "request" ? UNKNOWN : (FROM_STATELESS_SERVER.get(method) ?? FORWARD);
}

/** Whether a stateless server knows a method at all, extensions and the person's own aside. */
export function isStatelessMethod(method: string): boolean {
  return !GONE.includes(method) && FROM_STATELESS_CLIENT.has(method);
}
