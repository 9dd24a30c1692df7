/** A hub in this process that reaches remote servers as a real one does; only what lies around it is the test's. */
import { createTestHub, type TestHub } from "../../electron/hub/testing/test-hub.ts";
import {
  createOAuthProtocol,
  createTransportFactory,
  loopbackRedirect,
} from "../../electron/upstream/index.ts";
import { browse, type Visit } from "./redirect-browser.ts";

type TestHubOptions = NonNullable<Parameters<typeof createTestHub>[0]>;

/** What differs from one such hub to another. */
export interface RemoteHubOptions {
  readonly servers: Readonly<Record<string, object>>;
  /** More of gatehouse.json. */
  readonly config?: object | undefined;
  readonly storage?: TestHub["storage"] | undefined;
  readonly protocol?: Parameters<typeof createOAuthProtocol>[0];
  /** Its keychain, its clock and its chance, where they are the test's. */
  readonly upstreamAuth?: Omit<NonNullable<TestHubOptions["upstreamAuth"]>, "protocol" | "receiver">;
}

/** Starts it, with the real transports to remote servers and the real OAuth client; every call is allowed. */
export function startRemoteHub(options: RemoteHubOptions): Promise<TestHub> {
  const { servers, config, storage, protocol, upstreamAuth } = options;
  return createTestHub({
    config: JSON.stringify({
      consent: { default: "allow", newTools: "allow" },
      mcpServers: servers,
      ...config,
    }),
    ...(storage === undefined ? {} : { storage }),
    transports: createTransportFactory({
      registries: [],
      instance: "t",
      log: () => undefined,
      login: {} as never,
      env: {},
    }),
    resolveLaunch: (name, config) =>
      Promise.resolve({ name, config, env: {}, headers: config.type === "stdio" ? {} : config.headers }),
    upstreamAuth: { protocol: createOAuthProtocol(protocol), receiver: loopbackRedirect, ...upstreamAuth },
  });
}

/** Signs in to a server as a person who agrees does; resolves with what the browser shows at the end. */
export async function signInTo({ hub }: TestHub, name: string, account = "default"): Promise<Visit> {
  const begun = (await hub.callAs("operator", "servers.signIn", { name, account })) as { url: string };
  return browse(begun.url);
}
