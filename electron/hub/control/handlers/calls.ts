import { GatehouseError } from "../../../../shared/errors.ts";
import type { CallDetail, CallFilter, Texts } from "../../../../shared/model/call.ts";
import type { Labels } from "../../../../shared/model/client.ts";
import { textTest } from "../../../../shared/text-pattern.ts";
import { mirroredHeaders } from "../../export/mirrored-headers.ts";
import type { CallParties, CallQueryFilter, ClientQuery } from "../../ports/storage.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

/**
 * The control API's reading of the call log. `calls.count` throws `bad_request` where a text is sought, `calls.get`
 * and `calls.headers` `not_found`.
 */
export const callHandlers = (
  state: HubState,
): Pick<Handlers, "calls.list" | "calls.count" | "calls.get" | "calls.headers"> => ({
  "calls.list": ({ filter, limit, before }) =>
    state.storage.calls.list(queryOf(state, filter), limit, before),
  "calls.count": async ({ filter }) => {
    if ((filter.search ?? "") !== "" || (filter.error ?? "") !== "")
      throw new GatehouseError(
        "bad_request",
        "calls that a text is sought in cannot be counted",
        "Leave `search` and `error` out, or list the calls.",
      );
    return await state.storage.calls.count(queryOf(state, filter));
  },
  "calls.get": ({ id, maxBytes }) => callOf(state, id, maxBytes),
  "calls.headers": async ({ id }) => {
    const call = await callOf(state, id, WHOLE_REQUEST);
    const catalog = call.server === null ? undefined : state.servers.get(call.server)?.catalog;
    return { headers: mirroredHeaders(call, catalog?.mirroredArguments(call.tool ?? "") ?? []) };
  },
});

/** The largest request whose arguments are looked at, in bytes. */
const WHOLE_REQUEST = 16 * 1024 * 1024;

async function callOf(state: HubState, id: number, maxBytes: number): Promise<CallDetail> {
  const call = await state.storage.calls.get(id, maxBytes);
  if (call === undefined) throw new GatehouseError("not_found", `there is no call ${id} in the log`);
  return call;
}

/** A filter in the log's own terms: who carries a label, and who was called otherwise, only the hub knows. */
export function queryOf(
  state: HubState,
  { client, not, environment, team, ...rest }: CallFilter,
): CallQueryFilter {
  const parties = [
    ...(environment === undefined ? [] : [partiesWith(state, "environment", environment)]),
    ...(team === undefined ? [] : [partiesWith(state, "team", team)]),
  ];
  const { client: notClient, ...notRest } = not ?? {};
  return {
    ...rest,
    ...(client === undefined ? {} : { client: clientsOf(state, client) }),
    ...(not === undefined
      ? {}
      : {
          not: { ...notRest, ...(notClient === undefined ? {} : { client: clientsOf(state, notClient) }) },
        }),
    ...(parties.length === 0 ? {} : { parties }),
  };
}

function clientsOf(state: HubState, patterns: Texts): ClientQuery {
  const names = typeof patterns === "string" ? [patterns] : patterns;
  return { names, ids: [...new Set(names.flatMap((name) => idsOf(state, name)))] };
}

/** The clients that are called so now, also those that were called otherwise when they called. */
function idsOf(state: HubState, pattern: string): string[] {
  const matches = textTest(pattern);
  return state.identities
    .all()
    .filter(({ name }) => matches(name))
    .map(({ id }) => id);
}

function partiesWith(state: HubState, label: keyof Labels, value: string): CallParties {
  return {
    servers: state.servers
      .all()
      .filter(({ config }) => config.labels?.[label] === value)
      .map(({ name }) => name),
    clientIds: state.identities
      .all()
      .filter(({ labels }) => labels[label] === value)
      .map(({ id }) => id),
  };
}
