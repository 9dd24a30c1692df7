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

/** Answers of a server that nobody waited for, by what was wrong with them. */
export interface StrayAnswers {
  /** To a request that had been answered. */
  readonly twice: number;
  /** To an id that the server was never given. */
  readonly unknown: number;
}

/** A server that answers what it was not asked. */
export function strays({ twice, unknown }: StrayAnswers): Problem {
  const parts = [
    ...(twice > 0 ? [`${times(twice)} what it had answered already`] : []),
    ...(unknown > 0 ? [`${times(unknown)} what it was never asked`] : []),
  ];
  return {
    code: "stray_answers",
    message: `the server has answered ${parts.join(", and ")}`,
    advice: "Nobody was given these answers. It is a fault of the server: tell its makers.",
  };
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);
