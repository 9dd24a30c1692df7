/**
 * Which program a login is for. The login itself comes from a browser, and says nothing of that. What is known, the
 * best first: the program that registered the client or used its id at the token endpoint, or else the last one whose
 * request to /mcp was refused for want of a token, a moment ago. That one is only likely, and the person is told so.
 */
import type { Pairing } from "../../../shared/model/consent.ts";
import type { OtherEnd } from "../process/other-end.ts";

export type Claimant = Pick<Pairing, "process" | "processFrom">;

interface Seen extends Claimant {
  readonly at: number;
}

const NOBODY: Claimant = { process: null, processFrom: null };
/** How long a refused request may have been ago, in milliseconds: the client opens its browser right after. */
const LIKELY_FOR = 5 * 60_000;
/** Most clients that are remembered. */
const MOST = 500;

/**
 * Remembers, in memory only, which programs used which OAuth client ids. Times (`now`) are milliseconds since the
 * epoch.
 */
export class Claimants {
  readonly #byClient = new Map<string, Seen>();
  #refused: Seen | undefined;

  /** A program has used a client's id itself. */
  named(
    oauthClient: string,
    { process }: OtherEnd,
    processFrom: "registration" | "token",
    now: number,
  ): void {
    if (process === null) return;
    this.#byClient.delete(oauthClient);
    this.#byClient.set(oauthClient, { process, processFrom, at: now });
    const [oldest] = this.#byClient.keys();
    if (this.#byClient.size > MOST && oldest !== undefined) this.#byClient.delete(oldest);
  }

  /** A program's request to /mcp was refused. */
  refused({ process }: OtherEnd, now: number): void {
    if (process !== null) this.#refused = { process, processFrom: "refused", at: now };
  }

  /** `isRunning`: whether a process id is still the same program's. */
  of(oauthClient: string, now: number, isRunning: (pid: number) => boolean): Claimant {
    const known = this.#byClient.get(oauthClient);
    if (known?.process != null && isRunning(known.process.pid)) return pick(known);
    const refused = this.#refused;
    if (refused?.process != null && now - refused.at < LIKELY_FOR && isRunning(refused.process.pid))
      return pick(refused);
    return NOBODY;
  }
}

const pick = ({ process, processFrom }: Seen): Claimant => ({ process, processFrom });
