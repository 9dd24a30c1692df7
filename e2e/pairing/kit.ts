import { createHash, randomBytes } from "node:crypto";
import type { Question } from "../../shared/model/question.ts";
import { PATIENCE, type TestHub } from "../hub/kit.ts";
import { LoginBrowser } from "../lib/login-browser.ts";
import { waitFor } from "../lib/wait.ts";

/** Waits until `gatehouse pending` shows a client that wants to connect. */
export async function pendingPair(hub: TestHub): Promise<Question> {
  let found: Question | undefined;
  await waitFor(
    async () => {
      const { pending } = JSON.parse(await hub.command("pending", "--json")) as { pending: Question[] };
      found = pending.find(({ kind }) => kind === "pair");
      return found !== undefined;
    },
    { deadlineMs: PATIENCE, what: "the question of a client that wants to connect" },
  );
  if (found === undefined) throw new Error("nothing is pending");
  return found;
}

/** A login in a browser: opens the address, has the question answered on the command line, gives where it ends. */
export async function logIn(
  hub: TestHub,
  url: string | URL,
  ...answer: string[]
): Promise<{ question: Question; back: URL }> {
  const browser = new LoginBrowser();
  const page = await browser.open(String(url));
  const question = await pendingPair(hub);
  const [ended] = await Promise.all([
    browser.wait(page),
    hub.command("answer", question.id, ...(answer.length === 0 ? ["approve"] : answer)),
  ]);
  return { question, back: ended };
}

const REDIRECT = "http://127.0.0.1:33418/callback";

/** Registers as any program could; gives the client_id. */
export async function register(origin: string, metadata: object = {}): Promise<string> {
  const response = await fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_name: "Editor", redirect_uris: [REDIRECT], ...metadata }),
  });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { client_id: string }).client_id;
}

/** The address of a login, and the verifier that its code needs. */
export function authorizeUrl(
  origin: string,
  clientId: string,
  change: Readonly<Record<string, string>> = {},
): { url: URL; verifier: string } {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/oauth/authorize", origin);
  url.search = String(
    new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: REDIRECT,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      resource: `${origin}/mcp`,
      ...change,
    }),
  );
  return { url, verifier };
}

/** A form posted to one of the OAuth endpoints. */
export const post = (url: string, params: Record<string, string>): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(params),
  });

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** A whole pairing by hand. */
export async function pair(
  hub: TestHub,
  { origin = new URL(hub.url).origin, clientId, answer = [] as string[], metadata = {} } = {} as {
    origin?: string;
    clientId?: string;
    answer?: string[];
    metadata?: object;
  },
): Promise<{ clientId: string; tokens: Tokens; question: Question }> {
  const id = clientId ?? (await register(origin, metadata));
  const { url, verifier } = authorizeUrl(origin, id);
  const { question, back } = await logIn(hub, url, ...answer);
  const response = await post(`${origin}/oauth/token`, {
    grant_type: "authorization_code",
    client_id: id,
    code: back.searchParams.get("code") ?? "",
    code_verifier: verifier,
    redirect_uri: REDIRECT,
  });
  if (response.status !== 200) throw new Error(await response.text());
  return { clientId: id, tokens: (await response.json()) as Tokens, question };
}

/** The status of an initialize with this token. */
export async function knock(url: string, token: string | undefined): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "knock", version: "1" },
      },
    }),
  });
  await response.text();
  return response.status;
}
