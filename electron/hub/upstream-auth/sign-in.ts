/**
 * One sign-in of the person's, from the address that the browser is sent to, to the tokens. Who answers has to bring the
 * state of this very sign-in (another server's answer, or a page that guesses, brings another), which is taken once; the
 * code is worth nothing without the PKCE verifier, which never leaves this process.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { sentenceOf } from "../../../shared/errors.ts";
import type {
  FinalPage,
  OAuthClient,
  OAuthProtocol,
  OAuthProvider,
  OAuthTarget,
  OAuthTokens,
  RedirectReceiver,
} from "../ports/upstream-auth.ts";
import type { AuthClock } from "./clock.ts";

/** How long the person has for it, in milliseconds. */
const LONGEST_MS = 15 * 60_000;

/** Where the browser comes back to when the desktop is to be handed the answer by the system. */
const APP_REDIRECT = "gatehouse://oauth/callback";

export type SignInState = "open" | "done" | "failed" | "cancelled";

export interface SignInDeps {
  readonly protocol: OAuthProtocol;
  readonly receiver: RedirectReceiver;
  readonly clock: AuthClock;
  /** Keeps what was got; only then the person is told that it is done. */
  readonly keep: (
    provider: OAuthProvider,
    client: OAuthClient,
    tokens: OAuthTokens,
    target: OAuthTarget,
  ) => Promise<void>;
  readonly changed: (signIn: SignIn, message: string | null) => void;
}

/**
 * One sign-in of a person at one server, from discovery until it is done, failed, cancelled or 15 minutes old.
 * `state` is RFC 6749 section 10.12's.
 */
export class SignIn {
  readonly id = randomBytes(9).toString("base64url");
  readonly server: string;
  readonly account: string;
  /** Where the person signs in. */
  url = "";
  state: SignInState = "open";
  readonly #state = randomBytes(32).toString("base64url");
  readonly #deps: SignInDeps;
  #taken = false;
  #finish: ((params: URLSearchParams) => Promise<FinalPage>) | undefined;
  #closeReceiver: (() => void) | undefined;
  #cancelLimit: (() => void) | undefined;

  constructor(server: string, account: string, deps: SignInDeps) {
    this.server = server;
    this.account = account;
    this.#deps = deps;
  }

  /** Finds out where to sign in, and waits for the browser from then on. Rejects with OAuthFailure. */
  async begin(
    target: OAuthTarget,
    redirect: "loopback" | "app",
    scopeOf: (provider: OAuthProvider) => string | undefined,
  ): Promise<void> {
    const { protocol, receiver, clock } = this.#deps;
    try {
      const provider = await protocol.discover(target);
      const opened =
        redirect === "app"
          ? { uri: APP_REDIRECT, close: () => {} }
          : await receiver.open((params) => this.take(params));
      this.#closeReceiver = opened.close;
      const scope = scopeOf(provider);
      const client = await protocol.client(provider, target, { redirectUri: opened.uri, scope });
      const { url, verifier } = await protocol.begin(provider, client, target, {
        redirectUri: opened.uri,
        scope,
        state: this.#state,
      });
      this.url = url;
      this.#finish = async (params) => {
        const answer = { params, verifier, redirectUri: opened.uri };
        const tokens = await protocol.redeem(provider, client, target, answer);
        await this.#deps.keep(provider, client, tokens, target);
        return {
          title: "You are signed in",
          texts: [`Gatehouse can use ${this.server} now. You can close this page.`],
        };
      };
    } catch (error) {
      this.#end("failed", sentenceOf(error));
      throw error;
    }
    // Cancelled in the meantime.
    if (this.state !== "open") return this.#closeReceiver?.();
    this.#cancelLimit = clock.after(LONGEST_MS, () => this.cancel("nobody signed in within 15 minutes"));
    this.#deps.changed(this, null);
  }

  /** Client credentials: the hub signs in itself, nobody is asked. Rejects with OAuthFailure. */
  async beginAlone(target: OAuthTarget): Promise<void> {
    const { protocol, keep } = this.#deps;
    try {
      const provider = await protocol.discover(target);
      const tokens = await protocol.machine(provider, target, provider.scope);
      const information = { client_id: target.auth?.clientId ?? "" };
      await keep(provider, { kind: "configured", information }, tokens, target);
    } catch (error) {
      this.#end("failed", sentenceOf(error));
      throw error;
    }
    this.#end("done", null);
  }

  /** Whether an answer is this sign-in's. */
  owns(params: URLSearchParams): boolean {
    const said = Buffer.from(params.get("state") ?? "");
    const own = Buffer.from(this.#state);
    return said.length === own.length && timingSafeEqual(said, own);
  }

  /** Takes the browser's answer, once; undefined when it is not this sign-in's. Never rejects. */
  async take(params: URLSearchParams): Promise<FinalPage | undefined> {
    if (this.state !== "open" || this.#taken || this.#finish === undefined || !this.owns(params))
      return undefined;
    this.#taken = true;
    try {
      const page = await this.#finish(params);
      this.#end("done", null);
      return page;
    } catch (error) {
      const sentence = sentenceOf(error);
      this.#end("failed", sentence);
      return { title: "The sign-in failed", texts: [sentence, "You can close this page and try again."] };
    }
  }

  cancel(message: string): void {
    this.#end("cancelled", message);
  }

  #end(state: SignInState, message: string | null): void {
    if (this.state !== "open") return;
    this.state = state;
    this.#finish = undefined;
    this.#cancelLimit?.();
    this.#closeReceiver?.();
    this.#deps.changed(this, message);
  }
}
