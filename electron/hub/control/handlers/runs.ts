import { listRuns, readRun } from "../../runs/runs.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";
import { queryOf } from "./calls.ts";

/** The control API's reading of runs. `runs.get` rejects with `not_found` for a call that is not in the log. */
export const runHandlers = (state: HubState): Pick<Handlers, "runs.list" | "runs.get"> => ({
  "runs.list": ({ client, before }) =>
    listRuns(
      state.storage.calls,
      client === undefined ? undefined : queryOf(state, { client }).client,
      before,
    ),
  "runs.get": ({ call }) => {
    const { mcpServers } = state.store.config;
    return readRun(state.storage.calls, call, (server) => {
      const entry = Object.hasOwn(mcpServers, server) ? mcpServers[server] : undefined;
      return entry !== undefined && "url" in entry && URL.canParse(entry.url)
        ? new URL(entry.url).host
        : undefined;
    });
  },
});
