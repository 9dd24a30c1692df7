import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { runScenario, type ScenarioRun } from "./run-scenario.ts";

/** Takes scenarios from the relays, many at once. */
export interface ScenarioServer extends AsyncDisposable {
  /** The command line of a relay to it, as the conformance command takes it. */
  readonly command: string;
}

export async function serveScenarios(): Promise<ScenarioServer> {
  const server = createServer((request, response) => {
    read(request)
      .then((text) => runScenario(JSON.parse(text) as ScenarioRun))
      .then(
        () => response.end(),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const relay = fileURLToPath(new URL("relay.ts", import.meta.url));
  return {
    command: `${JSON.stringify(process.execPath)} ${JSON.stringify(relay)} ${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
