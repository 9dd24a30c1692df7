import type { Lifecycle } from "../../core/supervisor/lifecycle.ts";
import { ServerUnavailable } from "./call-queue.ts";

/** A call waits for a restart that is at most this far away, in milliseconds; else it fails at once. */
const RETRY_WORTH_WAITING_MS = 2_500;

/** What a refusal says of a server. */
export interface Refused {
  readonly name: string;
  readonly enabled: boolean;
  readonly life: Lifecycle;
  /** The code of its last end, once it has had one. */
  readonly code: string | undefined;
}

/** Whether the server is down: failed, or waiting for the person to sign in. */
export const isDown = ({ phase }: Lifecycle): boolean => phase === "failed" || phase === "needs-auth";

/** Why a call need not wait for the server; undefined when waiting makes sense. `now` in milliseconds since the epoch. */
export function refusalOf(
  { name, enabled, life, code }: Refused,
  now: number,
): ServerUnavailable | undefined {
  if (!enabled) return new ServerUnavailable("server_disabled", `the server ${name} is disabled`);
  const { retryAt, reason } = life;
  if (!isDown(life) || (retryAt !== undefined && retryAt - now <= RETRY_WORTH_WAITING_MS)) return undefined;
  const when =
    retryAt === undefined
      ? "it is not started again by itself"
      : `next try at ${new Date(retryAt).toISOString()}`;
  return new ServerUnavailable(code ?? "failed", `the server ${name} has failed: ${reason}; ${when}`);
}

/** What somebody is told who needs to know what the server offers while nobody does. */
export const notLearnt = (name: string, code: string | undefined, why: string): ServerUnavailable =>
  new ServerUnavailable(
    code ?? "not_learnt",
    `what the server ${name} offers is not known: ${why}; try again soon`,
  );
