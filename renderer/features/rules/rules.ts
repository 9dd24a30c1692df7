import type { Broadcast, Result } from "../../../shared/contract.ts";
import type { Connection } from "../../lib/connection.ts";
import { useResource } from "../../lib/resource.ts";

/** The rules in their order, with the default, what no rule can overrule, and the presets. */
export type Rules = Result<"rules.list">;
export type Preset = Rules["presets"][number];

const load = (connection: Connection): Promise<Rules> => connection.call("rules.list", {});
const CHANGED: readonly Broadcast[] = ["rulesChanged", "settingsChanged"];
/** The rules, kept true. */
export const useRules = () => useResource(load, CHANGED);

const loadGrants = (connection: Connection) =>
  connection.call("grants.list", {}).then(({ grants }) => grants);
const GRANTS_CHANGED: readonly Broadcast[] = ["rulesChanged", "questionAnswered"];
/** The standing permissions, kept true. */
export const useGrants = () => useResource(loadGrants, GRANTS_CHANGED);
