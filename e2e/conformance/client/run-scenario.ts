/**
 * The client that `conformance client` tests: a hub of Gatehouse with the scenario's server as its one remote server, and
 * an ordinary MCP client in front of it that makes the calls. What is judged is how the hub speaks to the server, and how
 * it signs in. The browser is played by fetch.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createListener } from "../../../electron/http/listener.ts";
import { signInTo, startRemoteHub } from "../../lib/remote-hub.ts";
import { drive, MOST_SIGN_INS } from "./scenarios.ts";

/** What the command tells a client of a scenario. */
export interface ScenarioRun {
  /** The scenario's server. */
  readonly url: string;
  readonly scenario: string;
  readonly context: Readonly<Record<string, string>>;
}

/** Plays one scenario to its end. Rejects when a call or a sign-in fails, which some scenarios want. */
export async function runScenario({ url, scenario, context }: ScenarioRun): Promise<void> {
  /** What a person would have put into the configuration. */
  const auth = {
    clientId: context.client_id ?? "https://conformance-test.local/client-metadata.json",
    ...(context.client_secret === undefined ? {} : { clientSecret: context.client_secret }),
  };
  const hub = await startRemoteHub({
    config: { access: { anonymous: "allow" } },
    // An argument that is null, which its schema forbids, is the scenario's own: the tools' schemas are not the matter here.
    servers: {
      web: { type: "http", url, validate: "off", ...(scenario.startsWith("auth/") ? { auth } : {}) },
    },
  });
  const listener = await createListener({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    mcp: hub.hub.mcp,
    control: hub.hub.control,
    pairing: hub.hub.pairing,
    uiFolder: undefined,
    maxBodyBytes: 64 * 1024 * 1024,
    log: () => undefined,
  });
  const client = new Client(
    { name: "conformance", version: "1" },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: "auto" },
    },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept" as const, content: {} }));
  const state = (): string | undefined => hub.hub.state.servers.get("web")?.summary(0).state;

  /** Waits until the server is up or has given up. */
  async function settled(): Promise<string> {
    for (;;) {
      const now = state();
      if (now === "ready" || now === "needs-auth" || now === "failed") return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Signs in as a person who presses the button and agrees; throws when the browser says that it failed. */
  async function signIn(): Promise<void> {
    const page = await signInTo(hub, "web");
    if (!page.text.includes("You are signed in"))
      throw new Error(`the sign-in failed: ${page.text.slice(-300)}`);
  }

  try {
    const server = hub.hub.state.servers.get("web");
    for (let signIns = 0; ; signIns++) {
      server?.need();
      if ((await settled()) !== "needs-auth") await server?.learn();
      if ((await settled()) !== "needs-auth" || signIns === MOST_SIGN_INS) break;
      await signIn();
    }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${listener.url}/s/web`)));
    await drive(scenario, { client, signIn, settled, context });
  } finally {
    await client.close();
    await listener.close(1_000);
    await hub.dispose();
  }
}
