import type { LogLine } from "../../../shared/model/server.ts";
import type { ServerLaunch, Transport, TransportEnd, TransportFactory } from "../ports/upstream.ts";
import { type ConnectionEvents, ServerConnection } from "./connection.ts";
import { notStartable, wordsOf } from "./ends.ts";
import { type Greeting, type HandshakeOptions, handshake } from "./handshake.ts";

/** What a run needs to begin. */
export interface RunOptions {
  readonly transports: TransportFactory;
  /** Resolves what is to be run; rejects with a sentence for the person. */
  readonly launch: () => Promise<ServerLaunch>;
  /** Longest wait for the server's greeting, in milliseconds. */
  readonly startLimitMs: number;
  /** Asked when the server can be spoken to. */
  readonly handshake: () => HandshakeOptions;
}

/** What a run tells of itself. Nothing comes after `ended`, nor after it was given up. */
export interface RunEvents extends ConnectionEvents {
  /** The transport can carry messages. */
  opened(): void;
  log(stream: LogLine["stream"], text: string): void;
  /** The end. The requests under way fail right after it. */
  ended(end: TransportEnd): void;
}

/**
 * One run of a server, from its launch to its end: the transport, the connection over it and the handshake. What it
 * still says after it has ended or was given up is not heard.
 */
export class ServerRun {
  readonly #options: RunOptions;
  readonly #events: RunEvents;
  #transport: Transport | undefined;
  #connection: ServerConnection | undefined;
  #startedAt: number | undefined;
  #startupMs: number | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #heard = 0;
  #over = false;
  #verdict: Pick<TransportEnd, "code" | "message"> | undefined;

  constructor(options: RunOptions, events: RunEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Whether it has ended or was given up. */
  get over(): boolean {
    return this.#over;
  }

  /** How many messages the server has sent. */
  get heard(): number {
    return this.#heard;
  }

  get transport(): Transport | undefined {
    return this.#transport;
  }

  get connection(): ServerConnection | undefined {
    return this.#connection;
  }

  /** When the transport was opened, in milliseconds since the epoch. */
  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  /** From there to the end of the handshake, in milliseconds, once it has come. */
  get startupMs(): number | undefined {
    return this.#startupMs;
  }

  /** Starts the server and opens the conversation; undefined when the run is over. Rejects when no conversation is found. */
  async greet(): Promise<Greeting | undefined> {
    let launch: ServerLaunch;
    try {
      launch = await this.#options.launch();
    } catch (error) {
      this.#end(notStartable(wordsOf(error)));
      return undefined;
    }
    if (this.#over) return undefined;
    const connection = this.#open(launch);
    const greeting = await handshake(connection, this.#options.handshake());
    if (this.#over) return undefined;
    clearTimeout(this.#startTimer);
    if (this.#startedAt !== undefined) this.#startupMs = Date.now() - this.#startedAt;
    return greeting;
  }

  /** Nothing of it is waited for or heard any more. */
  giveUp(): void {
    this.#over = true;
    clearTimeout(this.#startTimer);
  }

  /** Ends the server in order; resolves when nothing of it is left. The requests under way fail. */
  async stop(): Promise<void> {
    clearTimeout(this.#startTimer);
    await this.#transport?.stop();
  }

  /** Ends a server that is of no use, for this reason: its end and its requests' failures say so. */
  condemn(code: string, message: string): void {
    if (this.#over) return;
    this.#verdict = { code, message };
    void this.stop();
  }

  #open(launch: ServerLaunch): ServerConnection {
    this.#startedAt = Date.now();
    let connection: ServerConnection | undefined;
    const transport = this.#options.transports.open(launch, {
      opened: () => {
        if (!this.#over) this.#events.opened();
      },
      message: (bytes, envelope) => {
        this.#heard += 1;
        connection?.receive(bytes, envelope);
      },
      noise: (text) => this.#events.noise(text),
      stderr: (text) => this.#events.log("stderr", text),
      drained: () => {},
      closed: (transportEnd) => {
        const end = { ...transportEnd, ...this.#verdict };
        this.#end(end);
        connection?.closed(end);
      },
    });
    connection = new ServerConnection(transport, this.#events);
    this.#transport = transport;
    this.#connection = connection;
    const limit = this.#options.startLimitMs;
    this.#startTimer = setTimeout(() => {
      const message = `The server did not answer initialize within ${limit / 1_000} s (startSeconds) and was therefore ended.`;
      this.condemn("start_timeout", message);
    }, limit);
    return connection;
  }

  #end(end: TransportEnd): void {
    if (this.#over) return;
    this.giveUp();
    this.#events.ended(end);
  }
}
