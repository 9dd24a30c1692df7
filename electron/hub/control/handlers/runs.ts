import { listRuns, readRun } from "../../runs/runs.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";
import { queryOf } from "./calls.ts";

export const runHandlers = (state: HubState): Pick<Handlers, "runs.list" | "runs.get"> => ({
  "runs.list": ({ client, before }) =>
    listRuns(
      state.storage.calls,
      client === undefined ? undefined : queryOf(state, { client }).client,
      before,
    ),
  "runs.get": ({ call }) => readRun(state.storage.calls, call),
});
