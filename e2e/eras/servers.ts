import { startHttpFixture, stdioFixture } from "../conformance/fixture.ts";
import { type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { type SseFixture, startSseFixture } from "./sse-fixture.ts";

/** One way of being a server behind the hub. */
export interface ServerForm {
  /** Its name in `mcpServers`. */
  readonly name: "stdio-session" | "stdio-stateless" | "http-session" | "http-stateless" | "sse";
  readonly era: "session" | "stateless";
}

export const FORMS: readonly ServerForm[] = [
  { name: "stdio-session", era: "session" },
  { name: "stdio-stateless", era: "stateless" },
  { name: "http-session", era: "session" },
  { name: "http-stateless", era: "stateless" },
  { name: "sse", era: "session" },
];

/** One hub in front of the conformance fixture in each of its forms, at `/mcp/s/NAME`. */
export interface Stage extends AsyncDisposable {
  readonly hub: RunningHub;
  readonly sse: SseFixture;
  url(form: ServerForm): string;
}

/** Starts the servers that are reached by a URL, and the hub, which starts those on stdio. */
export async function startStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await startHttpFixture("session"));
  const stateless = stack.use(await startHttpFixture("stateless"));
  const sse = stack.use(await startSseFixture());
  const hub = stack.use(
    await startHub({
      config: {
        access: { anonymous: "allow" },
        // The fixture adds tools and prompts of its own accord.
        consent: { default: "allow", newTools: "allow" },
        mcpServers: {
          "stdio-session": stdioFixture("session"),
          "stdio-stateless": stdioFixture("stateless"),
          "http-session": { type: "http", url: session.url },
          "http-stateless": { type: "http", url: stateless.url },
          sse: { type: "sse", url: sse.url },
        },
      },
    }),
  );
  // The first lists do not wait for a server as long as it may take to start five at once.
  await Promise.all(FORMS.map(({ name }) => learnt(`${hub.url}/s/${name}`)));
  const started = stack.move();
  return {
    hub,
    sse,
    url: ({ name }) => `${hub.url}/s/${name}`,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Resolves when the hub knows the tools of the server at this address. */
async function learnt(url: string): Promise<void> {
  const client = new McpHttpClient(url);
  try {
    await client.initialize();
    await waitFor(async () => (await client.toolNames()).length > 0, {
      deadlineMs: 30_000,
      what: `the tools of ${url}`,
    });
    await client.endSession();
  } finally {
    client.close();
  }
}
