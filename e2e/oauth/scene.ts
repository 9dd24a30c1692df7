import { expect } from "vitest";
import { browse } from "../lib/redirect-browser.ts";
import { type AuthHub, type AuthHubOptions, PATIENT, startAuthHub } from "./hub.ts";
import { type IssuerOptions, startIssuer, type TestIssuer } from "./provider.ts";
import { type ProtectedServer, startProtectedServer } from "./server.ts";

/** An issuer, a server that trusts it, and a hub that knows the server; all end together. */
export interface Scene extends AsyncDisposable {
  readonly issuer: TestIssuer;
  readonly server: ProtectedServer;
  readonly hub: AuthHub;
}

/** A server that has refused the hub, and nobody signed in. */
export async function scene(
  issuerOptions: IssuerOptions = {},
  change: (server: ProtectedServer) => void = () => {},
  hubOptions: Partial<AuthHubOptions> = {},
): Promise<Scene> {
  const issuer = await startIssuer(issuerOptions);
  const server = await startProtectedServer(issuer);
  change(server);
  const hub = await startAuthHub({ servers: { web: { type: "http", url: server.url } }, ...hubOptions });
  await expect.poll(() => hub.state(), PATIENT).toBe("needs-auth");
  return {
    issuer,
    server,
    hub,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

/** Begins a sign-in, and leaves the browser to the test. */
export const begin = async (hub: AuthHub, name = "web"): Promise<{ id: string; url: string }> =>
  (await hub.hub.hub.callAs("operator", "servers.signIn", { name })) as { id: string; url: string };
/** Where a sign-in comes back to. */
export const redirectOf = (url: string): string => new URL(url).searchParams.get("redirect_uri") ?? "";
/** Signs in at the issuer, and stops where the browser would come back to the hub. */
export const answerOf = async (url: string): Promise<URL> =>
  new URL((await browse(url, redirectOf(url))).visited.at(-1) ?? "");
/** An address with other parameters. */
export const changed = (answer: URL, change: (params: URLSearchParams) => void): string => {
  const copy = new URL(answer);
  change(copy.searchParams);
  return copy.href;
};
/** Nothing was got and nothing is kept. */
export async function expectNothing({ hub, issuer }: Scene): Promise<void> {
  expect(issuer.issued).toEqual([]);
  expect([[...hub.secrets.values], await hub.accounts(), hub.state()]).toEqual([[], [], "needs-auth"]);
}
