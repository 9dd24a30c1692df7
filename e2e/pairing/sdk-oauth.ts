import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from "@modelcontextprotocol/client";
import type { Loose } from "../lossless/sdk-clients.ts";

/** What a client says of itself when it registers. */
export type Registration = Readonly<Record<string, unknown>> & { readonly redirect_uris: readonly string[] };

/** The OAuth login of an SDK client: everything but the browser, which the test plays. */
export interface SdkLogin {
  /** Connects; resolves with the address that the browser is to open. */
  begin(): Promise<URL>;
  /** Hands in what the browser came back with, connects anew and lists the tools by their names. */
  finish(back: URL): Promise<string[]>;
  /** Connects with what is stored, and nothing else; rejects when that needs a login. */
  again(): Promise<string[]>;
  readonly stored: { tokens?: Loose; client?: Loose };
}

const INFO = { name: "sdk", version: "1.0.0" };

/** A provider in memory that both generations of the SDK take. */
function provider(registration: Registration, redirect: string) {
  const stored: { tokens?: Loose; client?: Loose; verifier?: string; url?: URL; discovery?: Loose } = {};
  return {
    stored,
    provider: {
      redirectUrl: redirect,
      clientMetadata: registration,
      state: () => "state-of-the-test",
      clientInformation: () => stored.client,
      saveClientInformation: (client: Loose) => {
        stored.client = client;
      },
      tokens: () => stored.tokens,
      saveTokens: (tokens: Loose) => {
        stored.tokens = tokens;
      },
      redirectToAuthorization: (url: URL) => {
        stored.url = url;
      },
      saveCodeVerifier: (verifier: string) => {
        stored.verifier = verifier;
      },
      codeVerifier: () => stored.verifier ?? "",
      saveDiscoveryState: (state: Loose) => {
        stored.discovery = state;
      },
      discoveryState: () => stored.discovery,
    } as Loose,
  };
}

/** The 1.x line's pieces, as server-everything has them. */
function load1(path: string): Loose {
  const server = new URL(
    "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
    import.meta.url,
  );
  return createRequire(fileURLToPath(server))(`@modelcontextprotocol/sdk/${path}.js`);
}

/** A login with the SDK's line `1` or `2` at an endpoint of the hub. */
export function sdkLogin(
  line: 1 | 2,
  endpoint: string,
  registration: Registration,
  redirect: string,
): SdkLogin {
  const { stored, provider: authProvider } = provider(registration, redirect);
  const transport = (): Loose => {
    const Transport: Loose =
      line === 1 ? load1("client/streamableHttp").StreamableHTTPClientTransport : Http2;
    return new Transport(new URL(endpoint), { authProvider });
  };
  const connect = async (): Promise<string[]> => {
    const client: Loose =
      line === 1
        ? new (load1("client/index").Client)(INFO, { capabilities: {} })
        : new (Client2 as Loose)(INFO, { capabilities: {}, versionNegotiation: { mode: "auto" } });
    try {
      await client.connect(transport());
      const { tools } = await client.listTools();
      return tools.map(({ name }: { name: string }) => name);
    } finally {
      await client.close();
    }
  };
  return {
    stored,
    async begin() {
      await connect().then(
        () => {
          throw new Error("no login was needed");
        },
        (error: Error) => {
          if (stored.url === undefined) throw error;
        },
      );
      if (stored.url === undefined) throw new Error("the client opened no browser");
      return stored.url;
    },
    async finish(back) {
      await transport().finishAuth(line === 1 ? back.searchParams.get("code") : back.searchParams);
      return connect();
    },
    again: connect,
  };
}
