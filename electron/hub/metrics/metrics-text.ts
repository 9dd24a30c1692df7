import type { ServerState } from "../../../shared/model/server.ts";
import { exposition, type Family } from "../../core/metrics/exposition.ts";

/** What /metrics tells besides calls. */
export interface HubFacts {
  readonly version: string;
  readonly servers: readonly {
    readonly name: string;
    readonly state: ServerState;
    readonly restarts: number;
  }[];
  readonly sessions: number;
  readonly questions: number;
}

/** The text of /metrics: calls, servers, and this process. */
export function metricsText(calls: readonly Family[], facts: HubFacts): string {
  const { user, system } = process.cpuUsage();
  const gauge = (name: string, help: string, value: number): Family => ({
    type: "gauge",
    name,
    help,
    samples: [{ labels: {}, value }],
  });
  return exposition([
    {
      type: "gauge",
      name: "gatehouse_build_info",
      help: "Always 1; the version is a label.",
      samples: [{ labels: { version: facts.version }, value: 1 }],
    },
    ...calls,
    {
      type: "gauge",
      name: "gatehouse_server_state",
      help: "1 for the state that each server is in.",
      samples: facts.servers.map(({ name, state }) => ({ labels: { server: name, state }, value: 1 })),
    },
    {
      type: "counter",
      name: "gatehouse_server_restarts_total",
      help: "How often each server was started again after it ended.",
      samples: facts.servers.map(({ name, restarts }) => ({ labels: { server: name }, value: restarts })),
    },
    gauge("gatehouse_sessions", "Sessions of clients.", facts.sessions),
    gauge("gatehouse_questions", "Questions that wait for a person.", facts.questions),
    {
      type: "counter",
      name: "process_cpu_seconds_total",
      help: "Processor time of the hub, in seconds.",
      samples: [{ labels: {}, value: (user + system) / 1e6 }],
    },
    gauge("process_resident_memory_bytes", "Memory of the hub, in bytes.", process.memoryUsage.rss()),
    gauge(
      "process_start_time_seconds",
      "When the hub started, in seconds since the epoch.",
      performance.timeOrigin / 1_000,
    ),
  ]);
}
