import { useCallback } from "react";
import type { Broadcast } from "../../shared/contract.ts";
import type { CallDetail } from "../../shared/model/call.ts";
import type { Connection } from "../lib/connection.ts";
import { type ResourceState, useResource } from "../lib/resource.ts";

const NEVER: readonly Broadcast[] = [];
/** Of each payload so many bytes are read. */
const MOST_BYTES = 1024 * 1024;

/** A recorded call, or nothing where there is no id. */
export function useCall(id: number | undefined): ResourceState<CallDetail | undefined> & { reload(): void } {
  const load = useCallback(
    (connection: Connection): Promise<CallDetail | undefined> =>
      id === undefined
        ? Promise.resolve(undefined)
        : connection.call("calls.get", { id, maxBytes: MOST_BYTES }),
    [id],
  );
  return useResource<CallDetail | undefined>(load, NEVER);
}
