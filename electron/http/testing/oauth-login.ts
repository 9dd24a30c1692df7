import { createHash, randomBytes } from "node:crypto";
import { afterEach } from "vitest";
import { LoginBrowser } from "../../../e2e/lib/login-browser.ts";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createMemoryOAuth } from "../../hub/testing/memory-oauth.ts";
import { createListener, type ListenerSurroundings } from "../listener.ts";
import type { OtherEnd } from "../process/other-end.ts";
import { FakePairing } from "./fake-pairing.ts";
import { FakeControl, FakeMcp, optionsWith } from "./kit.ts";

/** Where the client under test wants to be sent back to. */
export const REDIRECT = "http://127.0.0.1:33418/callback";
/** What the system says of whoever connects. */
export const SELF: OtherEnd = {
  process: { pid: process.pid, name: "node", executable: process.execPath, user: "ann" },
  sameUser: true,
};

/** Listeners with pairing for the tests of a file; each is closed after its test. */
export function oauthListener() {
  const open = new Set<Listener>();
  const close = async (): Promise<void> => {
    for (const listener of open) await listener.close(0);
    open.clear();
  };
  afterEach(close);

  const listen = async (
    pairing: FakePairing,
    surroundings: Partial<ListenerSurroundings>,
    options: { allowedHosts?: string[]; port?: number },
  ): Promise<Listener> => {
    const listener = await createListener(
      optionsWith(new FakeMcp(), new FakeControl(), { pairing, ...options }),
      { findOtherEnd: () => Promise.resolve(SELF), ...surroundings },
    );
    open.add(listener);
    return listener;
  };

  return {
    async start(
      surroundings: Partial<ListenerSurroundings> = {},
      allowedHosts: string[] = [],
    ): Promise<Started> {
      const store = createMemoryOAuth();
      const pairing = new FakePairing(store);
      const { port } = await listen(pairing, surroundings, { allowedHosts });
      return { port, pairing, store, origin: `http://127.0.0.1:${port}` };
    },
    /** Another run of the same hub, at the same port, which knows nothing but what is stored. */
    async restart({ pairing, port }: Started, surroundings: Partial<ListenerSurroundings>): Promise<void> {
      await close();
      await listen(pairing, surroundings, { port });
    },
  };
}

/** Registers a client, and leaves the answer to the test. */
export const register = (origin: string, metadata: object, headers: Record<string, string> = {}) =>
  fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(metadata),
  });

/** Registers a client that can log in; resolves with its id. */
export async function registered(origin: string, metadata: object = {}): Promise<string> {
  const response = await register(origin, { client_name: "Editor", redirect_uris: [REDIRECT], ...metadata });
  const body = (await response.json()) as { client_id?: string };
  if (body.client_id === undefined) throw new Error(JSON.stringify(body));
  return body.client_id;
}

/** A login that begins: its address, and the verifier that only the client knows. */
export interface Attempt {
  readonly verifier: string;
  readonly url: URL;
}

/** What an honest client begins a login with, but for `change`; undefined leaves a parameter out. */
export function attempt(
  origin: string,
  clientId: string,
  change: Record<string, string | undefined> = {},
): Attempt {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/oauth/authorize", origin);
  const params: Record<string, string | undefined> = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: "s1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: `${origin}/mcp`,
    ...change,
  };
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) url.searchParams.set(name, value);
  return { verifier, url };
}

/** A request to the token endpoint. */
export const token = (origin: string, params: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${origin}/oauth/token`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(params),
  });

/** Asks for the tokens of a code. */
export const redeem = (origin: string, clientId: string, code: string, verifier: string, more = {}) =>
  token(origin, {
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT,
    ...more,
  });

/** What the token endpoint gives. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

/** A listener under test, as `oauthListener` starts one. */
export interface Started {
  readonly port: number;
  readonly origin: string;
  readonly pairing: FakePairing;
  readonly store: ReturnType<typeof createMemoryOAuth>;
}

/** Logs in up to the code. */
export async function login({ origin, pairing }: Started, clientId: string, change = {}) {
  const { verifier, url } = attempt(origin, clientId, change);
  const browser = new LoginBrowser();
  const page = await browser.open(url.href);
  const asked = await pairing.asked.next();
  asked.answer({ allowed: true, client: "identity-1" });
  const back = await browser.wait(page);
  return { verifier, back, asked, code: back.searchParams.get("code") ?? "" };
}

/** Registers, logs in and redeems the code. */
export async function paired(hub: Started) {
  const clientId = await registered(hub.origin);
  const { code, verifier } = await login(hub, clientId);
  const tokens = (await (await redeem(hub.origin, clientId, code, verifier)).json()) as Tokens;
  return { clientId, code, verifier, tokens };
}

/** Asks for new tokens. */
export const refresh = (origin: string, clientId: string, value: string) =>
  token(origin, { grant_type: "refresh_token", client_id: clientId, refresh_token: value });

/** The status and the error of an OAuth answer. */
export const errorOf = async (response: Response): Promise<string> =>
  `${response.status} ${((await response.json()) as { error: string }).error}`;
