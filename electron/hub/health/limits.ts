import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Problem } from "../../../shared/model/server.ts";
import type { UsageHistory } from "./usage-history.ts";

const MB = 1_000_000;

/** The limits of `warn` that a server has been above for a minute: CPU on the mean, memory throughout. */
export function exceeded(
  warn: ServerConfig["warn"],
  lastMinute: ReturnType<UsageHistory["lastMinute"]>,
): Problem[] {
  if (warn === undefined || lastMinute === undefined) return [];
  const { cpuPercent, memoryBytes } = lastMinute;
  const problems: Problem[] = [];
  if (warn.memoryMb !== undefined && memoryBytes > warn.memoryMb * MB)
    problems.push({
      code: "memory_over_limit",
      message: `the server has held ${Math.round(memoryBytes / MB)} MB of memory for a minute, more than the ${warn.memoryMb} MB that you want to be warned of`,
      advice: "Restart it to free the memory, or raise warn.memoryMb in gatehouse.json.",
    });
  if (warn.cpuPercent !== undefined && cpuPercent > warn.cpuPercent)
    problems.push({
      code: "cpu_over_limit",
      message: `the server has used ${Math.round(cpuPercent)} % of a core over a minute, more than the ${warn.cpuPercent} % that you want to be warned of`,
      advice:
        "See in its calls and its log what it does; restart it, or raise warn.cpuPercent in gatehouse.json.",
    });
  return problems;
}

/** A server that runs and leaves a ping unanswered. */
export function pingFailed(seconds: number): Problem {
  return {
    code: "ping_failed",
    message: `the server has not answered a ping within ${seconds} s`,
    advice: "It may be busy with something of its own. Restart it if its calls hang too.",
  };
}
