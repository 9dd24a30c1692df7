import { USAGE_PAST_MS, type UsagePoint } from "../../../shared/model/health.ts";

/** Points are means over this long, in milliseconds, so that a series stays small however often is sampled. */
const POINT_MS = 10_000;
/** What "over a minute" means for limits. Samples may come a little late. */
const MINUTE_MS = 60_000;
const SLACK_MS = 5_000;

interface Slot extends UsagePoint {
  readonly slot: number;
  readonly samples: number;
}

/** The last minutes of one server: what it used, by slots of ten seconds. Bounded. Times are milliseconds since the epoch. */
export class UsageHistory {
  #slots: Slot[] = [];
  #since: number | undefined;

  add({ at, cpuPercent, memoryBytes }: UsagePoint): void {
    this.#since ??= at;
    const slot = Math.floor(at / POINT_MS);
    const last = this.#slots.at(-1);
    if (last?.slot === slot) {
      const samples = last.samples + 1;
      const mean = (before: number, now: number): number => before + (now - before) / samples;
      this.#slots[this.#slots.length - 1] = {
        slot,
        samples,
        at,
        cpuPercent: mean(last.cpuPercent, cpuPercent),
        memoryBytes: mean(last.memoryBytes, memoryBytes),
      };
    } else this.#slots.push({ slot, samples: 1, at, cpuPercent, memoryBytes });
    this.#slots = this.#slots.filter((point) => point.at > at - USAGE_PAST_MS);
  }

  /** Nothing of the server runs: what it uses next is counted anew towards "over a minute". */
  pause(): void {
    this.#since = undefined;
  }

  points(now: number): UsagePoint[] {
    return this.#slots
      .filter(({ at }) => at > now - USAGE_PAST_MS)
      .map(({ at, cpuPercent, memoryBytes }) => ({ at, cpuPercent, memoryBytes }));
  }

  /** The mean CPU and the least memory over the last minute; undefined until there is a minute to speak of. */
  lastMinute(now: number): { readonly cpuPercent: number; readonly memoryBytes: number } | undefined {
    if (this.#since === undefined || now - this.#since < MINUTE_MS - SLACK_MS) return undefined;
    const points = this.#slots.filter(({ at }) => at > now - MINUTE_MS - SLACK_MS);
    if (points.length === 0) return undefined;
    return {
      cpuPercent: points.reduce((sum, point) => sum + point.cpuPercent, 0) / points.length,
      memoryBytes: Math.min(...points.map((point) => point.memoryBytes)),
    };
  }
}
