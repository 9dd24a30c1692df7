import type { Problem } from "../../../shared/model/server.ts";

/** A server that has failed, and whether it is started again by itself. */
export function failure(code: string, reason: string, retried: boolean): Problem {
  return {
    code,
    message: reason,
    advice: retried
      ? "It is started again by itself; its log may say more."
      : "Mend the cause, then restart the server; its log may say more.",
  };
}

/** Lines of a server that are no messages. */
export function noise(lines: number): Problem {
  return {
    code: "stdout_noise",
    message: `the server has sent ${lines} lines that are no messages`,
    advice: "They are kept in its log. A server on stdio should write such text to stderr.",
  };
}
