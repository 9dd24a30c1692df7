import { GatehouseError } from "../../../shared/errors.ts";
import type { Held } from "../../../shared/model/consent.ts";
import type { Problem } from "../../../shared/model/server.ts";
import type { ServerLists } from "../../core/catalog/aggregate.ts";
import { encodeJson, membersOf } from "../../core/jsonrpc/json.ts";
import { joinParts, splice } from "../../core/jsonrpc/splice.ts";
import type { ServerHello } from "../../core/mcp/session-era/initialize.ts";
import { objectEdits, sortEdits, whole } from "../../core/mcp/stateless-era/edits.ts";
import type { NewTools } from "../../core/pins/compare.ts";
import type { PinStore } from "../ports/storage.ts";
import { heldViews } from "./held-view.ts";
import { type ApprovedTool, pinProblems } from "./pin-problems.ts";
import { type PinnedCatalog, ServerPins } from "./server-pins.ts";

export interface PinsDeps {
  readonly store: PinStore;
  /** The policy of the configuration. */
  readonly newTools: () => NewTools;
  /** What is accepted or held of a server has changed: lists may have, and people are told. */
  readonly changed: (server: string) => void;
  /** Milliseconds since the epoch; Date.now by default. */
  readonly clock?: () => number;
}

/** A server as pins see it. */
interface Reviewed {
  readonly name: string;
  readonly catalog: PinnedCatalog;
}

/**
 * What the person has accepted of every server's texts. The first catalogue of a server is pinned whole (approving the
 * server was approving it); whatever it changes or adds later is held back until the person has accepted it.
 */
export class Pins {
  readonly #deps: PinsDeps;
  readonly #servers = new Map<string, ServerPins>();
  readonly #problems = new Map<string, { readonly version: number; readonly problems: readonly Problem[] }>();

  constructor(deps: PinsDeps) {
    this.#deps = deps;
  }

  /** Compares a server's catalogue with what was accepted; to be called whenever it may have changed. */
  review({ name, catalog }: Reviewed): void {
    if (this.#of(name).review(catalog, this.#deps.newTools())) this.#deps.changed(name);
  }

  /** What a server's package runner has resolved to; see ServerPins.found. */
  found(server: string, identity: string, text: string): void {
    if (this.#of(server).found(identity, text)) this.#deps.changed(server);
  }

  /** A server runs no package that is known. */
  none(server: string): void {
    if (this.#of(server).noPackage()) this.#deps.changed(server);
  }

  /** The servers that the configuration names: what was accepted of any other is forgotten. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#deps.store.servers(), ...this.#servers.keys()])
      if (!names.has(name)) this.remove(name);
  }

  /** Forgets a server: when it is added again, it is approved anew. */
  remove(name: string): void {
    const waited = (this.#servers.get(name)?.held.length ?? 0) > 0;
    this.#servers.delete(name);
    this.#problems.delete(name);
    this.#deps.store.remove(name);
    if (waited) this.#deps.changed(name);
  }

  /** How far each entry of a server is from being accepted; undefined when all are. */
  standing(server: string): ServerLists["standing"] {
    return this.#servers.get(server)?.standing;
  }

  /** How much is held of a server. */
  count(server: string): number {
    return this.#servers.get(server)?.held.length ?? 0;
  }

  /** The ids of what is held of a server. */
  ids(server: string): string[] {
    return this.#servers.get(server)?.held.map(({ id }) => id) ?? [];
  }

  /** What is held, of all servers or of one. */
  held(server?: string): Held[] {
    return [...this.#servers.values()]
      .filter(({ name, held }) => held.length > 0 && (server === undefined || name === server))
      .flatMap((pins) => heldViews(pins, this.#approvedTools(pins.name)));
  }

  /** The server that each id belongs to. Throws `not_found` when one leads to nothing, with the way to see what there is. */
  serversOf(ids: readonly string[]): string[] {
    const owners = new Map(
      [...this.#servers.values()].flatMap(({ name, held }) => held.map(({ id }) => [id, name] as const)),
    );
    return [
      ...new Set(
        ids.map((id) => {
          const owner = owners.get(id);
          if (owner === undefined)
            throw new GatehouseError(
              "not_found",
              `nothing is held back under ${id}`,
              "It was accepted already, or the server has changed it again: look at what is held now.",
            );
          return owner;
        }),
      ),
    ];
  }

  /** Accepts what is held under these ids, all or none. Throws `not_found` as serversOf does. */
  accept(ids: readonly string[]): void {
    const servers = this.serversOf(ids);
    const wanted = new Set(ids);
    for (const name of servers) {
      this.#of(name).accept(wanted);
      this.#deps.changed(name);
    }
  }

  /** What looked suspicious in what was accepted at first use. */
  problems(server: string): readonly Problem[] {
    const version = [...this.#servers.values()].reduce((sum, pins) => sum + pins.version, 0);
    const known = this.#problems.get(server);
    if (known?.version === version) return known.problems;
    const problems = pinProblems(server, this.#of(server).pins, this.#approvedTools(server));
    this.#problems.set(server, { version, problems });
    return problems;
  }

  /** What a server says of itself, with the instructions that are in force. */
  hello(server: string, hello: ServerHello): ServerHello {
    const instructions = this.#servers.get(server)?.instructions(hello.instructions);
    return instructions === hello.instructions || !this.#servers.has(server)
      ? hello
      : { ...hello, instructions };
  }

  /** The same for its raw initialize result. */
  initialize(server: string, raw: Uint8Array, hello: ServerHello): Uint8Array {
    const { instructions } = this.hello(server, hello);
    if (instructions === hello.instructions) return raw;
    const change =
      instructions === undefined
        ? { remove: (key: string) => key === "instructions" }
        : { set: new Map([["instructions", encodeJson(instructions)]]) };
    return joinParts(
      splice(raw, sortEdits(objectEdits(raw, whole(raw), membersOf(raw, whole(raw)), change))),
    );
  }

  #of(name: string): ServerPins {
    const known = this.#servers.get(name);
    if (known !== undefined) return known;
    const pins = new ServerPins(name, this.#deps.store, this.#deps.clock ?? Date.now);
    this.#servers.set(name, pins);
    return pins;
  }

  #approvedTools(except: string): ApprovedTool[] {
    return [...this.#servers.values()]
      .filter(({ name }) => name !== except)
      .flatMap(({ name, pins }) =>
        pins
          .filter(({ kind }) => kind === "tool")
          .map(({ key, hash, pinnedAt }) => ({ server: name, name: key, hash, pinnedAt })),
      );
  }
}
