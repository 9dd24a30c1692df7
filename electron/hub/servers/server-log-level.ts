import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { LogLevel } from "../../core/mcp/log-levels.ts";
import { within } from "../within.ts";

/** How long a server is given to take a new log level before calls go on, in milliseconds. */
const LEVEL_MS = 1_000;

/** What telling a server its level takes. */
export interface LevelHost {
  /** Whether it can be told one now. */
  takesLevels(): boolean;
  askQuietly(method: string, params: Uint8Array): Promise<boolean>;
}

/** The most verbose log level that somebody wants of a server, told to it when it runs and whenever it starts. */
export class ServerLogLevel {
  readonly #host: LevelHost;
  #level: LogLevel | undefined;

  constructor(host: LevelHost) {
    this.#host = host;
  }

  get level(): LogLevel | undefined {
    return this.#level;
  }

  /** Wants another level. Settles when it is in effect, as far as the server says so in time; undefined: no need to wait. */
  set(level: LogLevel | undefined): Promise<unknown> | undefined {
    if (level === undefined || level === this.#level) return undefined;
    this.#level = level;
    return this.tell();
  }

  /** Tells the server, if it can be told. */
  tell(): Promise<unknown> | undefined {
    if (this.#level === undefined || !this.#host.takesLevels()) return undefined;
    return within(LEVEL_MS, this.#host.askQuietly("logging/setLevel", encodeJson({ level: this.#level })));
  }
}
