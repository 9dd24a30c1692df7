import { type Bridge, hubConnectionSchema } from "../../shared/bridge.ts";
import type { Target } from "./connection.ts";

/** Where a browser that was opened with a one-time code keeps what it needs to come back. */
export interface BrowserPlace {
  readonly host: string;
  readonly secure: boolean;
  /** The one-time code found in the address, already removed from it. */
  readonly code: string | undefined;
  readToken(): string | null;
  writeToken(token: string | null): void;
}

/** In the desktop: main says where the hub is and gives a viewer's token, or why there is none. */
export function bridgeTarget(bridge: Bridge): () => Promise<Target> {
  return async () => {
    const answer = hubConnectionSchema.parse(await bridge.connection());
    return "down" in answer ? answer : { url: answer.url, credential: { token: answer.token } };
  };
}

/** In a browser: the page's own origin, with the code once, then with the token that it was exchanged for. */
export function browserTarget(place: BrowserPlace): () => Promise<Target> {
  let code = place.code;
  return async () => {
    const url = `${place.secure ? "wss" : "ws"}://${place.host}/control`;
    if (code !== undefined) {
      const credential = { code };
      code = undefined;
      return { url, credential };
    }
    const token = place.readToken();
    if (token !== null) return { url, credential: { token } };
    return {
      down: "This page is not signed in.",
      advice:
        "Run “gatehouse ui” in a terminal and open the link that it prints. A link works once, within a minute.",
      attempt: 0,
      retryAt: null,
      final: true,
    };
  };
}

/** Takes a one-time code out of an address fragment; returns the code and what is left of the fragment. */
export function takeCode(fragment: string): { code: string | undefined; rest: string } {
  const match = /^#code=([A-Za-z0-9._~-]{1,256})$/.exec(fragment);
  return match === null ? { code: undefined, rest: fragment } : { code: match[1], rest: "" };
}
