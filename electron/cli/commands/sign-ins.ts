import { GatehouseError } from "../../../shared/errors.ts";
import { visible } from "../escape.ts";
import type { Context } from "./context.ts";

export interface SignInOptions {
  readonly account?: string;
  readonly json?: true;
}

/**
 * `server login NAME`: prints where to sign in and waits for the end of it. With a desktop attached that one opens the
 * browser too.
 */
export async function signIn(context: Context, name: string, options: SignInOptions): Promise<void> {
  const account = options.account ?? "default";
  await context.hub("running", async (hub) => {
    const { broadcasts } = hub;
    if (broadcasts === undefined) throw new GatehouseError("hub_not_running", "no hub is running");
    const over = Promise.withResolvers<{ state: string; message: string | null }>();
    // A sign-in can end before the answer that tells its id has come.
    const ended = new Map<string, { state: string; message: string | null }>();
    let awaited: string | undefined;
    const dispose = broadcasts.on("signInChanged", ({ id, state, message }) => {
      if (state === "open") return;
      if (id === awaited) over.resolve({ state, message });
      else ended.set(id, { state, message });
    });
    try {
      const begun = await hub.call("servers.signIn", { name, account });
      awaited = begun.id;
      if (!begun.done) {
        const to = options.json ? context.io.err : context.io.out;
        to(`Sign in here, in a browser on this machine:\n${begun.url ?? "(the desktop opens it)"}\n`);
        const already = ended.get(begun.id);
        if (already !== undefined) over.resolve(already);
        const { state, message } = await Promise.race([over.promise, broadcasts.ended]);
        if (state !== "done")
          throw new GatehouseError("sign_in_failed", message ?? `the sign-in was ${state}`, "Try again.");
      }
    } finally {
      dispose();
    }
    if (options.json) context.json({ server: name, account, signedIn: true });
    else context.io.out(`Signed in to ${visible(name)}${accountText(account)}.\n`);
  });
}

/** `server logout NAME`. */
export async function signOut(context: Context, name: string, options: SignInOptions): Promise<void> {
  const account = options.account ?? "default";
  const { revoked } = await context.hub("either", (hub) => hub.call("servers.signOut", { name, account }));
  if (options.json) return context.json({ server: name, account, revoked });
  context.io.out(
    `Signed out of ${visible(name)}${accountText(account)}. ${
      revoked
        ? "The issuer has revoked the tokens."
        : "The tokens are deleted here; the issuer did not confirm that it has revoked them."
    }\n`,
  );
}

const accountText = (account: string): string => (account === "default" ? "" : ` as ${visible(account)}`);
