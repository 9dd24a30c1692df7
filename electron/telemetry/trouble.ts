import { visible } from "../../shared/visible.ts";
import type { TelemetryTarget } from "../hub/ports/telemetry.ts";
import type { Sent, Signal } from "./post.ts";

/** How often it is told, at most, that more was left out, in milliseconds. */
const TELL_EVERY_MS = 60_000;
/** What a receiver says is cut here, in characters. */
const LONGEST = 300;
const COUNTED: Readonly<Record<Signal, string>> = { traces: "rejectedSpans", metrics: "rejectedDataPoints" };

type Kind = "later" | "refused" | "partial" | undefined;

/** Tells the hub's log, once each time, when a receiver does not take a signal, and when it does again. */
export class Trouble {
  readonly #signal: Signal;
  readonly #origin: string;
  readonly #log: TelemetryTarget["log"];
  #kind: Kind;
  #lost = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(signal: Signal, url: string, log: TelemetryTarget["log"]) {
    this.#signal = signal;
    // A path or a query may hold a key.
    this.#origin = new URL(url).origin;
    this.#log = log;
  }

  /** Takes what became of a message, and how many calls were lost with it or before it. */
  sent(sent: Sent, lost: number): void {
    this.#lost += lost;
    const partial = sent.kind === "taken" ? partialOf(this.#signal, sent.answer) : undefined;
    const kind = sent.kind === "taken" ? (partial === undefined ? undefined : "partial") : sent.kind;
    const before = this.#kind;
    this.#kind = kind;
    if (kind === undefined) this.#recovered(before);
    else if (kind !== before) this.#log("warn", partial ?? this.#failure(sent));
  }

  /** Tells what was lost at the end. */
  end(lost: number): void {
    this.#lost += lost;
    if (this.#lost > 0)
      this.#log("warn", `the spans of ${this.#lost} calls were not sent to ${this.#origin}`);
    this.#lost = 0;
  }

  #recovered(before: Kind): void {
    if (before !== undefined) {
      this.#log("info", `telemetry (${this.#signal}) is sent again; ${this.#lost} calls were left out`);
      this.#lost = 0;
    } else if (this.#lost > 0 && performance.now() - this.#toldAt >= TELL_EVERY_MS) {
      this.#toldAt = performance.now();
      this.#log("warn", `the spans of ${this.#lost} calls were left out: there were more than can be sent`);
      this.#lost = 0;
    }
  }

  #failure(sent: Sent): string {
    const why = sent.kind === "taken" ? "" : visible(sent.why.slice(0, LONGEST));
    const what = `telemetry cannot be sent to ${this.#origin} (${this.#signal}): ${why}`;
    return sent.kind === "later"
      ? `${what}; it is tried again, and the newest calls are left out when too many wait`
      : `${what}; look at telemetry.otlp and telemetry.headers in gatehouse.json`;
  }
}

/** A sentence about what the receiver left out of a message that it took (OTLP 1.9, "Partial Success"). */
function partialOf(signal: Signal, answer: string): string | undefined {
  let told: unknown;
  try {
    told = JSON.parse(answer || "{}");
  } catch {
    return undefined;
  }
  const partial = memberOf(told, "partialSuccess");
  const rejected = Number(memberOf(partial, COUNTED[signal]) ?? 0) || 0;
  const message = String(memberOf(partial, "errorMessage") ?? "");
  if (rejected <= 0 && message === "") return undefined;
  const what =
    rejected > 0 ? `left out ${rejected} ${signal === "traces" ? "spans" : "data points"}` : "warns";
  return `the receiver of telemetry ${what}: ${visible(message.slice(0, LONGEST))}`;
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
