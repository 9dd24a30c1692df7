import { isAbsolute } from "node:path";
import { GatehouseError } from "../../../../shared/errors.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

/** Milliseconds between two notices of a progress. */
const noticeInterval = 250;

/** The history's upkeep: whether it is whole, how far its index is, and copies of it. */
export function historyHandlers(
  state: HubState,
): Pick<Handlers, "calls.verify" | "calls.backup" | "calls.state"> {
  const progress = (work: "verify" | "backup") => {
    let toldAt = Number.NEGATIVE_INFINITY;
    return (done: number, of: number): void => {
      if (performance.now() - toldAt < noticeInterval) return;
      toldAt = performance.now();
      state.broadcaster.emit("historyProgressed", { work, done, of });
    };
  };
  return {
    async "calls.verify"() {
      await state.chainKey();
      return state.storage.history.verify(progress("verify"));
    },
    "calls.state": () => state.storage.history.state(),
    async "calls.backup"({ file }, caller) {
      if (!isAbsolute(file))
        throw new GatehouseError(
          "bad_request",
          `${file} is no absolute path`,
          "Name the whole path of a new file.",
        );
      const bytes = await state.storage.history.backUp(file, progress("backup"));
      // It is made all the same where the database can be written no more: then it is needed most.
      state.audit.happened(caller, "calls.backup", file);
      return { file, bytes };
    },
  };
}
