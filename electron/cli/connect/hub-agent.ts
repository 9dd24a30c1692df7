import type { AgentOptions, ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Agent } from "./builtin.ts";
import { type HubPlace, openProven } from "./proof.ts";

/** Idle connections are closed before the hub closes them (after 75 s), so that no request is written to a closed one. */
const OPTIONS: AgentOptions = { keepAlive: true, timeout: 60_000, scheduling: "lifo" };

/** Connections to one hub, every one of them proven before its first request. */
export class HubAgent extends Agent {
  readonly #place: HubPlace;
  #spare: Socket | undefined;

  constructor(place: HubPlace, first: Socket) {
    super(OPTIONS);
    this.#place = place;
    this.#spare = first;
    first.on("error", () => {});
    first.once("close", () => {
      if (this.#spare === first) this.#spare = undefined;
    });
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    const opened = spare === undefined ? openProven(this.#place) : Promise.resolve(spare);
    opened.then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
  }

  override destroy(): void {
    this.#spare?.destroy();
    super.destroy();
  }
}
