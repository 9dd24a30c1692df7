import type { TransportEnd } from "../ports/upstream.ts";
import { eraOf, SESSION_ERA, type ServerEra } from "./era.ts";
import type { ServerCatalog } from "./server-catalog.ts";

/** Which era a server speaks, from this run or as remembered, and whether the question about it has done harm. */
export class EraMemory {
  readonly #catalog: ServerCatalog;
  #found: ServerEra | undefined;
  /** A first start is finding out; one that dies meanwhile may not have liked the question. */
  #probing = false;
  #hurtByProbe = false;

  constructor(catalog: ServerCatalog) {
    this.#catalog = catalog;
  }

  /** What the handshake of this hub's run has found out. */
  get found(): ServerEra | undefined {
    return this.#found;
  }

  /** Undefined when nobody has found out yet. */
  get era(): ServerEra | undefined {
    if (this.#found !== undefined) return this.#found;
    return this.#catalog.lists === undefined ? undefined : eraOf(this.#catalog.parts.get("era"));
  }

  /** The era to begin a handshake with: as remembered, or the older one where the probe has done harm. */
  toBeginWith(isSse: boolean): ServerEra | undefined {
    // HTTP+SSE is older than the stateless era.
    const known = this.#hurtByProbe || isSse ? SESSION_ERA : this.era;
    this.#probing = known?.kind !== "session";
    return known;
  }

  greeted(era: ServerEra): void {
    this.#found = era;
    this.#probing = false;
  }

  /** It has ended before it had greeted. */
  endedAtStart({ code }: TransportEnd): void {
    if (this.#probing && code === "exited") this.#hurtByProbe = true;
  }
}
