import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConnection } from "./connection.ts";
import { rememberEra, SESSION_ERA } from "./era.ts";
import type { EraMemory } from "./era-memory.ts";
import { type Greeting, readLists } from "./handshake.ts";
import type { ServerCatalog } from "./server-catalog.ts";

/** What the reader knows of its server. */
interface Reading {
  readonly catalog: ServerCatalog;
  readonly eras: EraMemory;
  /** The conversation of what runs now; undefined while there is none. */
  connection(): ServerConnection | undefined;
  /** A whole new catalogue stands. */
  changed(): void;
  log(text: string): void;
}

/** Reads what a running server offers into its catalogue: after the greeting, and whenever it says that a list has changed. */
export class CatalogReader {
  readonly #server: Reading;
  #initialize: Uint8Array = new Uint8Array();

  constructor(server: Reading) {
    this.#server = server;
  }

  /** The server has greeted: its answer is part of the catalogue that is read next. */
  greeted({ raw }: Greeting): void {
    this.#initialize = raw;
  }

  /** Reads all lists; what comes once another run has begun is dropped. Rejects when a list cannot be read. */
  async learn(connection: ServerConnection, capabilities: ReadonlySet<string>): Promise<void> {
    const { catalog, eras } = this.#server;
    const lists = await readLists(connection, capabilities);
    if (connection !== this.#server.connection()) return;
    catalog.put(
      new Map<string, Uint8Array>([
        ["initialize", this.#initialize],
        ["era", rememberEra(eras.found ?? SESSION_ERA)],
        ...lists,
      ]),
    );
    this.#server.changed();
  }

  /** A list has changed: reads all anew. When that fails, what was known stays, and the log says why. */
  async relearn(): Promise<void> {
    const connection = this.#server.connection();
    const { hello } = this.#server.catalog;
    if (connection === undefined || hello === undefined) return;
    try {
      await this.learn(connection, hello.capabilities);
    } catch (error) {
      this.#server.log(`the changed lists could not be read: ${sentenceOf(error)}`);
    }
  }
}
