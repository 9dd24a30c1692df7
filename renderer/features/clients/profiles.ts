import type { Broadcast, Result } from "../../../shared/contract.ts";
import type { Connection } from "../../lib/connection.ts";
import { useResource } from "../../lib/resource.ts";

/** A profile with what it shows now and how many clients have it. */
export type ListedProfile = Result<"profiles.list">["profiles"][number];

const load = (connection: Connection): Promise<ListedProfile[]> =>
  connection.call("profiles.list", {}).then(({ profiles }) => profiles);
/** What a profile shows changes with the servers' catalogues too. */
const CHANGED: readonly Broadcast[] = [
  "profilesChanged",
  "settingsChanged",
  "clientChanged",
  "serverRemoved",
];

/** Every profile, kept true. */
export const useProfiles = () => useResource(load, CHANGED);
