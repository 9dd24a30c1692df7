import { GatehouseError } from "../../../../shared/errors.ts";
import type { HubState } from "../../state.ts";
import type { Handlers } from "../control-endpoint.ts";

const ok = { ok: true } as const;

type SignInMethod =
  | "servers.signIn"
  | "servers.signInUrl"
  | "servers.cancelSignIn"
  | "servers.finishSignIn"
  | "servers.signOut";

/**
 * Signing in and out. A viewer may begin a sign-in: what it gets is the person's own decision, made at the issuer, in
 * the browser that the desktop opens. The address itself goes to a viewer only where there is no desktop to open it.
 */
export function signInHandlers(state: HubState): Pick<Handlers, SignInMethod> {
  const named = (name: string): void => {
    if (state.servers.get(name) === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no server named ${name}`,
        "See `gatehouse status` for their names.",
      );
  };
  return {
    "servers.signIn": async ({ name, account, redirect }, caller) => {
      named(name);
      state.audit.record(caller, "server.signIn", `${name} as ${account}`);
      const signIn = await state.upstreamAuth.signIn(name, account, redirect);
      const hidden = caller.role === "viewer" && state.desktopAttached();
      return {
        id: signIn.id,
        done: signIn.state === "done",
        url: signIn.state !== "open" || hidden ? null : signIn.url,
      };
    },
    "servers.signInUrl": ({ id }) => ({ url: state.upstreamAuth.find(id).url }),
    "servers.cancelSignIn": ({ id }) => {
      state.upstreamAuth.find(id).cancel("you gave it up");
      return ok;
    },
    "servers.finishSignIn": async ({ url }) => {
      if (await state.upstreamAuth.finish(url)) return ok;
      throw new GatehouseError("not_found", "nobody waits for this sign-in", "Begin another one.");
    },
    "servers.signOut": async ({ name, account }, caller) => {
      state.audit.record(caller, "server.signOut", `${name} as ${account}`);
      return { ok: true, revoked: await state.upstreamAuth.signOut(name, account) };
    },
  };
}
