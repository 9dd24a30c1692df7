import { type Check, type Finding, fail, ok } from "../check.ts";
import type { DoctorSystem } from "../system.ts";

export interface NetworkFacts {
  /** listen.port of the configuration. */
  readonly port: number;
  /** Where the hub listens that makes this diagnosis; undefined when it does not. */
  readonly url: string | undefined;
}

/** The hub's port, and the loopback addresses that it is bound to. */
export const networkChecks = (system: DoctorSystem, facts: NetworkFacts): Check[] => [
  { id: "port", group: "hub", title: "Port", run: () => port(system, facts) },
  { id: "loopbacks", group: "machine", title: "Loopbacks", run: () => loopbacks(system) },
];

async function port(system: DoctorSystem, { port: wanted, url }: NetworkFacts): Promise<Finding> {
  if (url !== undefined) {
    const real = Number(new URL(url).port);
    return ok(
      real === wanted || wanted === 0
        ? `the hub listens at ${url}`
        : `the hub listens at ${url}; ${wanted} in gatehouse.json is taken at its next start`,
    );
  }
  if (wanted === 0) return ok("a free port is picked at each start");
  const problem = await system.listenProblem("127.0.0.1", wanted);
  if (problem === undefined) return ok(`port ${wanted} is free; no hub is running`);
  if (problem === "EACCES")
    return fail(
      "forbidden",
      `this user may not listen on port ${wanted}`,
      "Choose a port above 1023 with listen.port.",
    );
  const holder = await system.portHolder(wanted);
  const who =
    holder === undefined ? "another program" : `${holder.name ?? "another program"} (process ${holder.pid})`;
  return fail(
    "port_taken",
    `port ${wanted} is held by ${who} (${problem})`,
    "End that program, or choose another port with listen.port in gatehouse.json.",
  );
}

async function loopbacks(system: DoctorSystem): Promise<Finding> {
  const [four, six] = await Promise.all([
    system.listenProblem("127.0.0.1", 0),
    system.listenProblem("::1", 0),
  ]);
  if (four !== undefined)
    return fail(
      "loopback_missing",
      `nobody can listen on 127.0.0.1 (${four})`,
      "Bring the loopback interface up; in a container, allow it.",
    );
  return ok(
    six === undefined
      ? "127.0.0.1 and ::1 can be used"
      : `127.0.0.1 can be used; the machine has no ::1 (${six})`,
  );
}
