import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

/** The control API's reading of the audit log. */
export const auditHandlers = (state: HubState): Pick<Handlers, "audit.list"> => ({
  "audit.list": (query) => state.audit.list(query),
});
