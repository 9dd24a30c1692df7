import { createMemorySecrets } from "../../electron/hub/testing/memory-secrets.ts";
import { callOf, type TestHub } from "../../electron/hub/testing/test-hub.ts";
import type { Visit } from "../lib/redirect-browser.ts";
import { type RemoteHubOptions, signInTo, startRemoteHub } from "../lib/remote-hub.ts";
import { TestClock } from "./clock.ts";

/** How long an event is waited for: the machine may be busy. */
export const PATIENT = { timeout: 20_000 };

/** A hub in this process with real transports and the real OAuth client; its keychain and its clock are the test's. */
export interface AuthHub extends AsyncDisposable {
  readonly hub: TestHub;
  readonly clock: TestClock;
  readonly secrets: ReturnType<typeof createMemorySecrets>;
  /** Broadcasts by name. */
  readonly told: { readonly name: string; readonly data: unknown }[];
  /** Signs in as a person does, and resolves with what the browser shows at the end. */
  signIn(server?: string, account?: string): Promise<Visit>;
  /** Calls a tool of server `web`; resolves with its text, rejects with the error's message. */
  call(tool: string, args?: unknown, session?: Awaited<ReturnType<TestHub["open"]>>): Promise<string>;
  state(server?: string): string | undefined;
  accounts(server?: string): Promise<Record<string, unknown>[]>;
}

export interface AuthHubOptions extends Omit<RemoteHubOptions, "upstreamAuth"> {
  readonly secrets?: ReturnType<typeof createMemorySecrets>;
}

/** Starts it; the waits between its tries are without jitter. */
export async function startAuthHub(options: AuthHubOptions): Promise<AuthHub> {
  const clock = new TestClock();
  const secrets = options.secrets ?? createMemorySecrets();
  const { servers, config, storage, protocol } = options;
  const hub = await startRemoteHub({
    servers,
    config,
    storage,
    protocol,
    upstreamAuth: { store: secrets, clock, random: () => 0.5 },
  });
  let calls = 0;
  const told: { name: string; data: unknown }[] = [];
  const unsubscribe = hub.hub.state.broadcaster.subscribe((name, data) => void told.push({ name, data }));
  const server = (name: string) => hub.hub.state.servers.get(name);
  return {
    hub,
    clock,
    secrets,
    told,
    signIn: (name = "web", account) => signInTo(hub, name, account),
    async call(tool, args = {}, session) {
      calls += 1;
      const used = session ?? (await hub.open());
      const { message } = await hub.request(callOf(tool, args, calls), { session: used });
      if (message?.error !== undefined) throw new Error(message.error.message);
      const { content, isError } = (message?.result ?? { content: [] }) as {
        content: { text: string }[];
        isError?: boolean;
      };
      if (isError === true) throw new Error(content[0]?.text);
      return content[0]?.text ?? "";
    },
    state(name = "web") {
      const { state, tools } = server(name)?.summary(0) ?? {};
      // It can be called when its tools are known.
      return state === "ready" && tools === null ? "starting" : state;
    },
    async accounts(name = "web") {
      const detail = (await hub.hub.callAs("viewer", "servers.get", { name })) as {
        accounts: Record<string, unknown>[];
      };
      return detail.accounts;
    },
    async [Symbol.asyncDispose]() {
      unsubscribe();
      await hub.dispose();
    },
  };
}
