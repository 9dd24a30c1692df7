import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { INTERNAL_ERROR, resultMessage } from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson } from "../../core/jsonrpc/json.ts";
import { splice } from "../../core/jsonrpc/splice.ts";
import type { Call, Outcome, Step } from "../pipeline/call.ts";
import { errorOutcome } from "../pipeline/outcomes.ts";
import { instanceKey as keyOf } from "../servers/instance-key.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";
import { within } from "../within.ts";

/** How long a server is given to take a subscription before the client is told that it has none, in milliseconds. */
const HOLD_MS = 5_000;

/** A resource that somebody wants to hear of. */
interface Watched {
  /** Who hears of it, and under which URI each session knows it. */
  readonly hearers: Map<Session, string>;
  /** Whether the server has taken the subscription; settled by its first answer. */
  readonly held: Promise<boolean>;
  readonly settle: (held: boolean) => void;
}

/** Whether a session is shown a resource, by the URI it knows it under. */
type Sees = (session: Session, server: ManagedServer, known: string) => boolean;

const emptyResult = encodeJson({});

/** Resource subscriptions: counted per resource of a server, so that one client's farewell does not silence another. */
export class Subscriptions {
  /** By what names a server's instance for good: a changed definition replaces the object, not the subscriptions. */
  readonly #byServer = new Map<string, Map<string, Watched>>();
  readonly #sees: Sees;

  /** `sees` is asked before a session is told of a resource: what it may see can change while it listens. */
  constructor(sees: Sees = () => true) {
    this.#sees = sees;
  }

  /** The pipeline's step for resources/subscribe and unsubscribe; everything else passes it by. */
  readonly step: Step = (call, next) => {
    if (call.method === "resources/subscribe") return this.#subscribe(call, next);
    if (call.method === "resources/unsubscribe") return this.#unsubscribe(call, next);
    return next();
  };

  /** A server says that a resource has changed. */
  updated(server: ManagedServer, bytes: Buffer, envelope: Envelope): void {
    const uri = envelope.paramsMembers.find((member) => member.key === "uri")?.value;
    if (uri === undefined || bytes[uri.start] !== 0x22) return;
    const watched = this.#byServer.get(keyOf(server))?.get(decodeString(bytes, uri));
    for (const [session, known] of watched?.hearers ?? [])
      if (this.#sees(session, server, known))
        session.push(splice(bytes, [{ ...uri, bytes: encodeJson(known) }]));
  }

  /** A server is there again: its new instance knows of no subscription. */
  renew(server: ManagedServer): void {
    const byUri = this.#byServer.get(keyOf(server));
    if (byUri === undefined || byUri.size === 0) return;
    if (server.era?.kind === "stateless") this.#watch(server, byUri);
    else for (const uri of byUri.keys()) this.#ask(server, uri, byUri);
  }

  /** Whether anybody hears of resources of this server. */
  on(server: ManagedServer): boolean {
    return (this.#byServer.get(keyOf(server))?.size ?? 0) > 0;
  }

  /** Forgets the subscriptions that a session may not have any more. */
  prune(instances: Iterable<ManagedServer>): void {
    for (const server of instances)
      for (const [uri, { hearers }] of [...(this.#byServer.get(keyOf(server)) ?? [])])
        for (const [session, known] of [...hearers])
          if (!this.#sees(session, server, known)) this.remove(server, uri, session);
  }

  /** A session is over: it hears no more of any of these servers. */
  sessionEnded(session: Session, instances: Iterable<ManagedServer>): void {
    for (const server of instances) {
      const uris = [...(this.#byServer.get(keyOf(server)) ?? [])];
      for (const [uri, { hearers }] of uris) if (hearers.has(session)) this.remove(server, uri, session);
    }
    // What stands for one stateless request has no id and no instances of its own; without one, a key is a shared server's.
    if (session.id === "") return;
    for (const key of this.#byServer.keys())
      if (key.startsWith(`${session.id}\n`)) this.#byServer.delete(key);
  }

  /**
   * A session wants to hear of a resource; the server is asked if nobody did before. Resolves with whether the server
   * has taken the subscription: false when it refuses, or has not answered after HOLD_MS; then the session is forgotten.
   */
  async add(server: ManagedServer, uri: string, session: Session, known: string): Promise<boolean> {
    const byUri = this.#of(server);
    const before = byUri.get(uri);
    const watched = before ?? newWatched();
    watched.hearers.set(session, known);
    if (before === undefined) {
      byUri.set(uri, watched);
      // A server that does not run is asked when it does, see `renew`.
      if (!server.isReady) server.need();
      else if (server.era?.kind === "stateless") this.#watch(server, byUri);
      else this.#ask(server, uri, byUri);
    }
    const held = await within(HOLD_MS, watched.held);
    if (held !== true) this.remove(server, uri, session);
    return held === true;
  }

  /** A session wants to hear no more of a resource. */
  remove(server: ManagedServer, uri: string, session: Session): void {
    const byUri = this.#byServer.get(keyOf(server));
    const watched = byUri?.get(uri);
    if (byUri === undefined || watched?.hearers.delete(session) !== true || watched.hearers.size > 0) return;
    byUri.delete(uri);
    watched.settle(false);
    if (server.era?.kind === "stateless") this.#watch(server, byUri);
    else void server.askQuietly("resources/unsubscribe", encodeJson({ uri }));
  }

  #of(server: ManagedServer): Map<string, Watched> {
    const byUri = this.#byServer.get(keyOf(server)) ?? new Map<string, Watched>();
    this.#byServer.set(keyOf(server), byUri);
    return byUri;
  }

  /** A stateless server tells of what its listen stream names. */
  #watch(server: ManagedServer, byUri: ReadonlyMap<string, Watched>): void {
    const asked = [...byUri];
    void server.watch({ resourceSubscriptions: asked.map(([uri]) => uri) }).then((filter) => {
      const agreed = new Set(filter.resourceSubscriptions);
      for (const [uri, { settle }] of asked) settle(agreed.has(uri));
    });
  }

  #ask(server: ManagedServer, uri: string, byUri: ReadonlyMap<string, Watched>): void {
    const asked = byUri.get(uri);
    void server.askQuietly("resources/subscribe", encodeJson({ uri })).then((done) => asked?.settle(done));
  }

  async #subscribe(call: Call, next: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    const { server, ownKey: uri } = call;
    if (server?.era?.kind === "stateless" && uri !== undefined) {
      if (await this.add(server, uri, call.session, call.target.value)) return done(call);
      const why = `the server ${server.name} did not take the subscription`;
      return errorOutcome(call, INTERNAL_ERROR, why, { code: "not_subscribed", server: server.name });
    }
    const outcome = await next();
    if (outcome.status !== "ok" || server === undefined || uri === undefined) return outcome;
    const byUri = this.#of(server);
    const watched = byUri.get(uri) ?? newWatched();
    byUri.set(uri, watched);
    watched.hearers.set(call.session, call.target.value);
    watched.settle(true);
    return outcome;
  }

  #unsubscribe(call: Call, next: () => Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    const { server, ownKey: uri } = call;
    if (server === undefined || uri === undefined) return next();
    const byUri = this.#byServer.get(keyOf(server));
    const hearers = byUri?.get(uri)?.hearers;
    if (server.era?.kind === "stateless") {
      this.remove(server, uri, call.session);
      return done(call);
    }
    hearers?.delete(call.session);
    if (hearers === undefined || hearers.size > 0) return done(call);
    byUri?.delete(uri);
    return next();
  }
}

function newWatched(): Watched {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  return { hearers: new Map(), held: promise, settle: resolve };
}

const done = (call: Call): Outcome => ({
  status: "ok",
  parts: resultMessage(call.id, emptyResult),
  result: emptyResult,
  error: null,
});
