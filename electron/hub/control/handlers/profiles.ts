import { GatehouseError } from "../../../../shared/errors.ts";
import { nameSchema, type Profile } from "../../../../shared/model/config.ts";
import type { Seen } from "../../../../shared/model/consent.ts";
import { profileShowsServer } from "../../../core/catalog/visibility.ts";
import { removeProfile, setProfile } from "../../config/edit.ts";
import type { HubState } from "../../state.ts";
import type { Caller, Handlers } from "../control-endpoint.ts";

export interface ProfileActs {
  set(name: string, profile: Profile, caller: Caller): Promise<void>;
  remove(name: string, caller: Caller): Promise<void>;
}

/**
 * The acts on profiles, each an edit of gatehouse.json. They reject with `bad_request` for an unusable name and for
 * removing a profile that clients have.
 */
export function profileActs(state: HubState): ProfileActs {
  return {
    async set(name, profile, caller) {
      const usable = nameSchema.safeParse(name);
      if (!usable.success)
        throw new GatehouseError(
          "bad_request",
          `"${name.slice(0, 80)}" is no usable profile name`,
          "Use letters, digits, '.', '_' and '-', at most 63, starting with a letter or digit.",
        );
      await state.store.edit((text) => setProfile(text, name, profile));
      state.audit.record(caller, "profile.set", `${name}: ${JSON.stringify(profile)}`);
      state.broadcaster.emit("profilesChanged", {});
    },
    async remove(name, caller) {
      const users = usersOf(state, name);
      if (users.length > 0)
        throw new GatehouseError(
          "bad_request",
          `the profile ${name.slice(0, 80)} is in use by ${users.join(", ")}`,
          "Give these clients another profile first.",
        );
      await state.store.edit((text) => removeProfile(text, name));
      state.audit.record(caller, "profile.remove", name);
      state.broadcaster.emit("profilesChanged", {});
    },
  };
}

/** The control API's methods about profiles; they throw what the acts throw. */
export function profileHandlers(
  state: HubState,
  act: ProfileActs,
): Pick<Handlers, "profiles.list" | "profiles.preview" | "profiles.set" | "profiles.remove"> {
  return {
    "profiles.list": () => ({
      profiles: Object.entries(state.store.config.profiles).map(([name, profile]) => ({
        name,
        profile,
        clients: usersOf(state, name).length,
        seen: seenBy(state, profile),
      })),
    }),
    "profiles.preview": ({ profile }) => ({
      ...seenBy(state, profile),
      toolList: [...state.catalog.preview(profile).routes.tools.values()].map(({ server, key }) => ({
        server,
        name: key,
      })),
    }),
    "profiles.set": async ({ name, profile }, caller) => {
      await act.set(name, profile, caller);
      return { ok: true };
    },
    "profiles.remove": async ({ name }, caller) => {
      await act.remove(name, caller);
      return { ok: true };
    },
  };
}

/** What a profile shows of what is known now; undefined: of everything. */
export function seenBy(state: HubState, profile: Profile | undefined): Seen {
  const { routes } = state.catalog.preview(profile);
  return {
    servers: state.servers
      .all()
      .filter(
        ({ name, config }) => config.enabled && (profile === undefined || profileShowsServer(profile, name)),
      )
      .map(({ name }) => name),
    tools: routes.tools.size,
    resources: routes.resources.size + routes.templates.size,
    prompts: routes.prompts.size,
  };
}

/** The names of the living clients that have a profile. */
function usersOf(state: HubState, profile: string): string[] {
  return state.identities
    .all()
    .filter((client) => client.revokedAt === null && client.profile === profile)
    .map(({ name }) => name);
}
