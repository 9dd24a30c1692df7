import type { ControlClient } from "../../../shared/control-client.ts";
import { sentenceOf } from "../../../shared/errors.ts";

export interface SignInSurroundings {
  /** The system's way to open an address in the person's browser; no shell is involved. */
  readonly openExternal: (url: string) => Promise<void>;
  readonly notify: (title: string, body: string) => void;
  readonly log: (line: string) => void;
}

/**
 * Opens the browser for each sign-in that is begun, and tells once when one is needed. The address comes from the hub,
 * on the owner's channel, never from the page. Returns the disposer.
 */
export function watchSignIns(client: ControlClient, surroundings: SignInSurroundings): () => void {
  const { openExternal, notify, log } = surroundings;
  const open = async (id: string): Promise<void> => {
    const { url } = await client.call("servers.signInUrl", { id });
    const { protocol } = new URL(url);
    if (protocol !== "https:" && protocol !== "http:") throw new Error(`${protocol} is not opened`);
    await openExternal(url);
  };
  const disposers = [
    client.on("signInChanged", ({ id, state }) => {
      if (state === "open") open(id).catch((error: unknown) => log(`sign-in ${id}: ${sentenceOf(error)}`));
    }),
    client.on("signInNeeded", ({ server }) =>
      notify("Sign in again", `${server} no longer takes your sign-in. Open Gatehouse to sign in again.`),
    ),
  ];
  return () => {
    for (const dispose of disposers) dispose();
  };
}

/** A link of ours that ends a sign-in, handed over by the system: gatehouse://oauth/callback?… */
export const isSignInLink = (link: string): boolean =>
  URL.canParse(link) && /^gatehouse:\/\/oauth\/callback\?/.test(link);
