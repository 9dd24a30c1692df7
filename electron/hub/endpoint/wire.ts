import type { McpEndpoint } from "../ports/endpoint.ts";
import { createMcpEndpoint, type McpEndpointDeps } from "./mcp-endpoint.ts";
import type { Listeners } from "./stateless/listen.ts";
import { RequestStates } from "./stateless/request-states.ts";
import { StatelessEndpoint } from "./stateless/stateless-endpoint.ts";

interface Parts extends Omit<McpEndpointDeps, "stateless"> {
  readonly homeKey: Uint8Array;
  readonly listeners: Listeners;
}

/** The hub's side of /mcp, for both eras. */
export function wireMcp({ homeKey, listeners, ...parts }: Parts): McpEndpoint {
  const { version, servers, catalog, pins, activity, run, log } = parts;
  const states = new RequestStates(homeKey);
  return createMcpEndpoint({
    ...parts,
    stateless: new StatelessEndpoint({
      version,
      servers,
      catalog,
      listeners,
      pins,
      states,
      activity,
      run,
      log,
    }),
  });
}
