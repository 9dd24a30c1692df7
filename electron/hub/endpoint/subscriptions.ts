import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { resultMessage } from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson } from "../../core/jsonrpc/json.ts";
import { splice } from "../../core/jsonrpc/splice.ts";
import type { Call, Outcome, Step } from "../pipeline/call.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";

/** Who hears of a resource, and under which URI each session knows it. */
type Hearers = Map<Session, string>;

const emptyResult = encodeJson({});

/** Resource subscriptions: counted per resource of a server, so that one client's farewell does not silence another. */
export class Subscriptions {
  /** By what names a server's instance for good: a changed definition replaces the object, not the subscriptions. */
  readonly #byServer = new Map<string, Map<string, Hearers>>();

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
    const hearers = this.#byServer.get(keyOf(server))?.get(decodeString(bytes, uri));
    for (const [session, known] of hearers ?? [])
      session.push(splice(bytes, [{ ...uri, bytes: encodeJson(known) }]));
  }

  /** A server is there again: its new instance knows of no subscription. */
  renew(server: ManagedServer): void {
    for (const uri of this.#byServer.get(keyOf(server))?.keys() ?? []) this.#tell(server, uri, true);
  }

  /** A session is over: it hears no more of any of these servers. */
  sessionEnded(session: Session, instances: Iterable<ManagedServer>): void {
    for (const server of instances) {
      const byUri = this.#byServer.get(keyOf(server));
      for (const [uri, hearers] of byUri ?? [])
        if (hearers.delete(session) && hearers.size === 0) {
          byUri?.delete(uri);
          this.#tell(server, uri, false);
        }
    }
    // What stands for one stateless request has no id and no instances of its own; without one, a key is a shared server's.
    if (session.id === "") return;
    for (const key of this.#byServer.keys())
      if (key.startsWith(`${session.id}\n`)) this.#byServer.delete(key);
  }

  /** A listen stream wants to hear of a resource; the server is asked if nobody did before. */
  add(server: ManagedServer, uri: string, session: Session, known: string): void {
    const byUri = this.#byServer.get(keyOf(server)) ?? new Map<string, Hearers>();
    this.#byServer.set(keyOf(server), byUri);
    const hearers = byUri.get(uri);
    if (hearers !== undefined) hearers.set(session, known);
    else {
      byUri.set(uri, new Map([[session, known]]));
      server.need();
      this.#tell(server, uri, true);
    }
  }

  /** Subscribes or unsubscribes upstream, as the server's era has it. */
  #tell(server: ManagedServer, uri: string, wanted: boolean): void {
    if (server.era?.kind === "stateless") server.watch(new Set(this.#byServer.get(keyOf(server))?.keys()));
    else server.askQuietly(wanted ? "resources/subscribe" : "resources/unsubscribe", encodeJson({ uri }));
  }

  async #subscribe(call: Call, next: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    const { server, ownKey: uri } = call;
    if (server?.era?.kind === "stateless" && uri !== undefined) {
      this.add(server, uri, call.session, call.target.value);
      return done(call);
    }
    const outcome = await next();
    if (outcome.status !== "ok" || server === undefined || uri === undefined) return outcome;
    const byUri = this.#byServer.get(keyOf(server)) ?? new Map<string, Hearers>();
    this.#byServer.set(keyOf(server), byUri);
    const hearers = byUri.get(uri) ?? new Map<Session, string>();
    byUri.set(uri, hearers);
    hearers.set(call.session, call.target.value);
    return outcome;
  }

  #unsubscribe(call: Call, next: () => Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    const { server, ownKey: uri } = call;
    if (server === undefined || uri === undefined) return next();
    const byUri = this.#byServer.get(keyOf(server));
    const hearers = byUri?.get(uri);
    hearers?.delete(call.session);
    if (hearers === undefined || hearers.size > 0) return done(call);
    byUri?.delete(uri);
    if (server.era?.kind !== "stateless") return next();
    this.#tell(server, uri, false);
    return done(call);
  }
}

const done = (call: Call): Outcome => ({
  status: "ok",
  parts: resultMessage(call.id, emptyResult),
  result: emptyResult,
  error: null,
});

const keyOf = (server: ManagedServer): string => `${server.owner?.id ?? ""}\n${server.name}`;
