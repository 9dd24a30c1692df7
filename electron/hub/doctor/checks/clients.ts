import { connectShim } from "../../../../shared/client-setup.ts";
import { clientFiles } from "../../../../shared/model/client-files.ts";
import { type Check, type Finding, ok, warn } from "../check.ts";
import type { DoctorSystem } from "../system.ts";

/** An address of a hub in a client's configuration. */
const HUB_URL = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)\/mcp\b/g;

export interface ClientFacts {
  readonly home: string;
  /** The port that clients are to use. */
  readonly port: number;
}

/** Whether the configurations of the known clients that are there lead to this hub. */
export async function clientChecks(system: DoctorSystem, facts: ClientFacts): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { client, path } of clientFiles(system)) {
    const text = await system.readText(path);
    if (text === undefined) continue;
    checks.push({
      id: `client:${client}`,
      group: "clients",
      title: client,
      run: () => look(text, facts, path),
    });
  }
  return checks;
}

function look(text: string, { home, port }: ClientFacts, path: string): Finding {
  const shim = connectShim(home);
  // In JSON the separators of Windows are escaped.
  if (text.includes(shim) || text.includes(shim.replaceAll("\\", "\\\\")))
    return ok(`it runs this hub's connect (${path})`);
  const ports = [...text.matchAll(HUB_URL)].map(([, found]) => Number(found));
  if (ports.length === 0) return ok(`it does not use Gatehouse (${path})`);
  if (port === 0 || ports.includes(port)) return ok(`it leads to this hub (${path})`);
  if (!/gatehouse/i.test(text)) return ok(`it does not use Gatehouse (${path})`);
  return warn(
    "client_elsewhere",
    `it leads to a Gatehouse at port ${ports.join(", ")}, while this hub is at ${port} (${path})`,
    "Change the port there, or listen.port in gatehouse.json.",
  );
}
