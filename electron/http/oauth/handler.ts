/**
 * Pairing over HTTP. The two documents are answered to anybody, web pages included, without the library; for the rest
 * the operating system is asked first who is at the other end, and other users of the machine are refused.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { GatehouseError } from "../../../shared/errors.ts";
import type { PairingEndpoint } from "../../hub/ports/pairing.ts";
import { sendPage } from "../../web/pages.ts";
import { COMMON_HEADERS, respond, respondFailure } from "../headers.ts";
import type { OtherEnd, OtherEndLookup } from "../process/other-end.ts";
import type { Timers } from "../timers.ts";
import { MOST_UNAPPROVED } from "./adapter.ts";
import type { AuthorizationServer, Login } from "./authorization-server.ts";
import { Claimants } from "./claimants.ts";
import { resourceDocument, serverDocument } from "./documents.ts";
import { Logins } from "./logins.ts";
import { isPrivateScheme, redirectHostOf } from "./redirects.ts";
import { RegistrationLimits } from "./registration-limits.ts";
import { issuerOf, TOKEN_SCOPE } from "./resources.ts";
import { ENDPOINTS, type Endpoint, LOGIN_PATH, type OAuthRoute } from "./routes.ts";

export interface OAuthOptions {
  readonly pairing: PairingEndpoint;
  readonly otherEnds: OtherEndLookup;
  readonly timers: Timers;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Milliseconds since the epoch; tests hand in their own. */
  readonly now?: () => number;
  readonly fetchDocument?: (address: string | URL) => Promise<Response>;
}

export interface OAuth {
  /** Answers a request; Host has been checked, and for everything but the documents Origin too. */
  handle(req: IncomingMessage, res: ServerResponse, route: OAuthRoute): void;
  /** A request to /mcp was refused: its program may be about to log in. Costs nothing before the answer. */
  refused(req: IncomingMessage): void;
  close(): void;
}

const METHOD: Readonly<Record<Endpoint, string>> = {
  authorize: "GET",
  token: "POST",
  register: "POST",
  revoke: "POST",
};
/** Names an issuer can have are bound, but for ports under a further host's name: so many are kept. */
const MOST_ISSUERS = 8;
/** Of look-ups for refused requests: at most one in so many milliseconds, as each costs a walk over the processes. */
const REFUSED_EVERY = 200;
/** Expired records are removed as tokens are asked for, this often at most, in milliseconds. */
const SWEEP_EVERY = 10 * 60_000;
/** What of an authorization request the library gets to see; the rest belongs to protocols that are not spoken. */
const AUTHORIZATION_PARAMS = new Set([
  "client_id",
  "redirect_uri",
  "response_type",
  "response_mode",
  "state",
  "code_challenge",
  "code_challenge_method",
  "resource",
  "request",
  "request_uri",
]);

/** Creates the handler; the library is loaded at the first request that needs it. */
export function createOAuth(options: OAuthOptions): OAuth {
  const { pairing, otherEnds, timers, log, now = Date.now } = options;
  const servers = new Map<string, Promise<AuthorizationServer>>();
  const known = new WeakMap<Socket, Promise<OtherEnd>>();
  const claimants = new Claimants();
  const limits = new RegistrationLimits();
  const logins = new Logins(timers);
  let lastRefused = 0;
  let lastSwept = 0;

  /** Asked once for each connection. */
  const endOf = (socket: Socket): Promise<OtherEnd> => {
    let end = known.get(socket);
    if (end === undefined) {
      end = otherEnds(socket);
      known.set(socket, end);
    }
    return end;
  };

  const serverFor = (issuer: string): Promise<AuthorizationServer> => {
    const existing = servers.get(issuer);
    if (existing !== undefined) return existing;
    const made = import("./authorization-server.ts").then(({ createAuthorizationServer }) =>
      createAuthorizationServer({
        pairing,
        issuer,
        now,
        ...(options.fetchDocument === undefined ? {} : { fetchDocument: options.fetchDocument }),
        log,
        onRegistered: (id, req) =>
          void endOf(req.socket).then((end) => claimants.named(id, end, "registration", now())),
        onTokenAsked: (id, req) =>
          void endOf(req.socket).then((end) => claimants.named(id, end, "token", now())),
      }),
    );
    servers.set(issuer, made);
    made.catch(() => servers.delete(issuer));
    const [oldest] = servers.keys();
    if (servers.size > MOST_ISSUERS && oldest !== undefined) servers.delete(oldest);
    return made;
  };

  const document = (req: IncomingMessage, res: ServerResponse, body: object | undefined): void => {
    // Public, and the same for everybody: the only answers that web pages may read.
    const cors = ["Access-Control-Allow-Origin", "*", "Access-Control-Allow-Headers", "*"];
    if (req.method === "OPTIONS") {
      res.writeHead(204, [...COMMON_HEADERS, ...cors, "Access-Control-Allow-Methods", "GET"]);
      res.end();
    } else if (req.method !== "GET" && req.method !== "HEAD")
      respondFailure(res, 405, "method_not_allowed", "this document is read with GET", undefined, [
        "Allow",
        "GET",
      ]);
    else if (body === undefined)
      respondFailure(res, 404, "not_found", "there is no such resource", undefined, cors);
    else respond(res, 200, "application/json", JSON.stringify(body), cors);
  };

  const guarded = async (
    req: IncomingMessage,
    res: ServerResponse,
    run: (end: OtherEnd, issuer: string) => Promise<void>,
  ): Promise<void> => {
    for (let at = 0; at < COMMON_HEADERS.length; at += 2)
      res.setHeader(COMMON_HEADERS[at] ?? "", COMMON_HEADERS[at + 1] ?? "");
    const end = await endOf(req.socket);
    if (end.sameUser === false) {
      log("warn", "refused a login by a program of another user of this machine");
      oauthFailure(res, 403, "access_denied", "this hub belongs to another user of this machine");
    } else await run(end, issuerOf(req.headers.host ?? ""));
  };

  const endpoint = async (
    req: IncomingMessage,
    res: ServerResponse,
    route: Extract<OAuthRoute, { kind: "endpoint" }>,
  ): Promise<void> => {
    if (req.method !== METHOD[route.endpoint]) {
      res.setHeader("Allow", METHOD[route.endpoint]);
      oauthFailure(res, 405, "invalid_request", `use ${METHOD[route.endpoint]} here`);
      return;
    }
    await guarded(req, res, async (end, issuer) => {
      if (route.endpoint === "register") {
        const wait = limits.admit(end.process?.pid ?? null, now());
        if (wait !== undefined) {
          res.setHeader("Retry-After", String(wait));
          oauthFailure(res, 429, "temporarily_unavailable", "too many clients have registered; try later");
          return;
        }
        // Room for the one that may come.
        pairing.store.sweep(now(), MOST_UNAPPROVED - 1);
      } else if (route.endpoint === "token" && now() - lastSwept > SWEEP_EVERY) {
        lastSwept = now();
        pairing.store.sweep(now(), MOST_UNAPPROVED);
      }
      const query = (req.url ?? "").split("?").slice(1).join("?");
      req.url =
        route.path === ENDPOINTS.authorize ? `${route.path}?${authorizationQuery(query)}` : route.path;
      await (await serverFor(issuer)).handle(req, res);
    });
  };

  /** Opens the question of a login that is seen for the first time. False: it was refused. */
  const ask = (login: Login, issuer: string): string | undefined => {
    const { process, processFrom } = claimants.of(login.oauthClient, now(), isRunning);
    try {
      logins.add(
        login.uid,
        pairing.ask({
          oauthClient: login.oauthClient,
          issuer,
          process,
          processFrom,
          claimedName: login.claimedName,
          clientUrl: login.clientUrl,
          redirectUri: login.redirectUri,
          redirectHost: redirectHostOf(login.redirectUri),
          warnings:
            login.unreached === null
              ? []
              : [
                  `It says that ${login.unreached} describes it, which cannot be reached: nothing vouches for it.`,
                ],
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof GatehouseError) return error.message;
      throw error;
    }
  };

  const waitingPage = async (req: IncomingMessage, res: ServerResponse, uid: string): Promise<void> => {
    if (req.method !== "GET") return oauthFailure(res, 405, "invalid_request", "use GET here");
    await guarded(req, res, async (_peer, issuer) => {
      const server = await serverFor(issuer);
      const login = await server.login(req, res, uid);
      if (login === undefined) {
        logins.remove(uid);
        return sendPage(res, 400, {
          title: "This login is over",
          texts: ["Go back to the program that opened this page and connect again."],
        });
      }
      if (!logins.has(uid)) {
        const why = ask(login, issuer);
        if (why !== undefined)
          return goOn(res, login, await server.refuse(req, res, "temporarily_unavailable", why), false);
      }
      const hold = new URL(req.url ?? "", issuer).searchParams.has("wait");
      const broken = new AbortController();
      res.once("close", () => broken.abort());
      const verdict = await logins.verdict(uid, hold, broken.signal);
      if (broken.signal.aborted) return;
      if (verdict === undefined) return sendPage(res, 200, waiting(login));
      logins.remove(uid);
      const next = verdict.allowed
        ? await server.approve(req, res, uid, verdict.client)
        : await server.refuse(req, res, "access_denied", "the person did not allow it");
      goOn(res, login, next, verdict.allowed);
    });
  };

  const failed = (res: ServerResponse, error: unknown): void => {
    log("error", `a login failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    if (res.headersSent) res.destroy();
    else oauthFailure(res, 500, "server_error", "the hub failed to handle this request; see its log");
  };

  return {
    handle(req, res, route) {
      if (route.kind === "resource-document")
        document(req, res, resourceDocument(req.headers.host ?? "", route.resource));
      else if (route.kind === "server-document") document(req, res, serverDocument(req.headers.host ?? ""));
      else
        (route.kind === "login" ? waitingPage(req, res, route.id) : endpoint(req, res, route)).catch(
          (error: unknown) => failed(res, error),
        );
    },
    refused({ socket }) {
      if (!known.has(socket)) {
        if (now() - lastRefused < REFUSED_EVERY) return;
        lastRefused = now();
      }
      void endOf(socket).then((end) => claimants.refused(end, now()));
    },
    close: () => logins.close(),
  };
}

/** The scope is always the one there is, whatever was asked for: what a client sees is its profile's to say. */
function authorizationQuery(query: string): string {
  const params = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(query))
    if (AUTHORIZATION_PARAMS.has(name) || (name === "prompt" && value === "none")) params.append(name, value);
  params.set("scope", TOKEN_SCOPE);
  return params.toString();
}

/** Sends the browser on. A program's own scheme leaves the page where it is: it had better say the right thing. */
function goOn(res: ServerResponse, login: Login, next: string, allowed: boolean): void {
  if (isPrivateScheme(login.redirectUri)) {
    return sendPage(res, 200, {
      title: allowed ? "Connected" : "Not connected",
      texts: ["Your browser may ask whether to open the program. You can close this page afterwards."],
      next: { url: next, afterSeconds: 0 },
    });
  }
  res.statusCode = 303;
  res.setHeader("Location", next);
  res.setHeader("Content-Length", 0);
  res.end();
}

const waiting = (login: Login) => ({
  title: "Waiting for your answer in Gatehouse",
  texts: [
    "A program wants to connect. Gatehouse asks you in a window of its own; without a desktop, use gatehouse pending.",
    "This page goes on by itself. Closing it refuses the program.",
  ],
  facts: [
    ["Calls itself", login.claimedName === "" ? "nothing" : `“${login.claimedName}”`],
    ["Returns to", redirectHostOf(login.redirectUri)],
  ] as const,
  waiting: true,
  next: { url: `${LOGIN_PATH}${login.uid}?wait`, afterSeconds: 1 },
});

function oauthFailure(res: ServerResponse, status: number, error: string, description: string): void {
  if (res.headersSent) return;
  const body = JSON.stringify({ error, error_description: description });
  const extra = res.hasHeader("Retry-After") ? ["Retry-After", String(res.getHeader("Retry-After"))] : [];
  const allow = res.hasHeader("Allow") ? ["Allow", String(res.getHeader("Allow"))] : [];
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  respond(res, status, "application/json", body, [...extra, ...allow]);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
