import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PATIENCE, startTestHub, type TestHub, textOf } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { ASKER, type EraClient, eraClient } from "./era-client.ts";
import type { Era } from "./raw-http-server.ts";

/** How many calls each of two clients makes, and how many of them at a time. */
const CALLS = 500;
const LANES = 10;

/** What a client does with an id. The two do different things under the same id at about the same time. */
type Deed = "echo" | "progress" | "fail" | "cancel" | "outlive";
const DEEDS: Readonly<Record<"one" | "two", readonly Deed[]>> = {
  one: ["echo", "progress", "fail", "cancel", "outlive"],
  two: ["progress", "echo", "fail", "outlive", "cancel"],
};
const TOOLS = {
  echo: "echo",
  progress: "progress",
  fail: "rpcError",
  cancel: "progress",
  outlive: "progress",
};

interface Twin {
  readonly who: "one" | "two";
  readonly client: EraClient;
  /** The number of its steps of progress: an answer with another number is not its own. */
  readonly steps: number;
}

let hub: TestHub;
let clients = 0;
beforeAll(async () => {
  hub = await startTestHub({
    config: { mcpServers: { session: echoServer(), stateless: echoServer("--stateless") } },
  });
});
afterAll(() => hub?.stop());

/** Makes one call; gives what is wrong with what came back, if anything is. */
async function run({ who, client, steps }: Twin, id: number): Promise<string | undefined> {
  const deed = DEEDS[who][id % 5] ?? "echo";
  const args: Record<Deed, object> = {
    echo: { text: `${who} ${id}` },
    progress: { steps, delayMs: 0 },
    fail: { code: -32_050, message: `${who} ${id}` },
    cancel: { steps: 1, delayMs: 600_000 },
    outlive: { steps, delayMs: 4 },
  };
  const tool = TOOLS[deed];
  const meta = [`"progressToken":${id}`, ...(client.era === "stateless" ? ASKER : [])].join(",");
  const params = `{"name":"${tool}","arguments":${JSON.stringify(args[deed])},"_meta":{${meta}}}`;
  const seen: Message[] = [];
  const leaving = new AbortController();
  const posted = client.post(tool, `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`, {
    signal: leaving.signal,
    onMessage: (message) => {
      seen.push(message);
      if (deed !== "cancel" || seen.length > 1) return;
      // The session era tells it, the stateless era closes the stream.
      if (client.era === "stateless") leaving.abort();
      else void client.notify("notifications/cancelled", { requestId: id, reason: "no longer needed" });
    },
  });
  const messages = await posted.then(
    (answer) => answer.messages,
    (error: Error) => {
      if (error.name !== "AbortError") throw error;
      return seen;
    },
  );
  // Some clients cancel after the answer: that is nobody else's call of the same id.
  if (deed === "echo" && client.era === "session")
    await client.notify("notifications/cancelled", { requestId: id });

  const answers = messages.filter((message) => message.method === undefined);
  const tokens = messages
    .filter(({ method }) => method !== undefined)
    .map(({ params: told }) => told.progressToken);
  const [answer] = answers;
  const said = answer?.error?.message ?? (answer?.result === undefined ? undefined : textOf(answer));
  const expected: Record<Deed, { said: string | undefined; told: number }> = {
    echo: { said: `${who} ${id}`, told: 0 },
    progress: { said: `${steps} steps`, told: steps },
    fail: { said: `${who} ${id}`, told: 0 },
    cancel: { said: undefined, told: 1 },
    outlive: { said: `${steps} steps`, told: steps },
  };
  const right =
    said === expected[deed].said &&
    answers.length === (deed === "cancel" ? 0 : 1) &&
    answers.every((each) => each.id === id) &&
    tokens.length === expected[deed].told &&
    tokens.every((token) => token === id);
  return right ? undefined : `${who} ${id} (${deed}) got ${JSON.stringify(messages)}`;
}

async function cancelledAt(client: EraClient): Promise<number> {
  const meta = client.era === "stateless" ? `,"_meta":{${ASKER.join(",")}}` : "";
  const body = `{"jsonrpc":"2.0","id":"count","method":"tools/call","params":{"name":"count","arguments":{}${meta}}}`;
  const { messages } = await client.post("count", body);
  return messages.at(-1)?.result.structuredContent.cancelled as number;
}

const pairs: readonly (readonly [Era, Era])[] = [
  ["session", "session"],
  ["session", "stateless"],
  ["stateless", "stateless"],
];
const table = pairs.flatMap(([one, two]) => [
  { one, two, server: "session" },
  { one, two, server: "stateless" },
]);

describe.each(table)("a $one and a $two client of one $server server", ({ one, two, server }) => {
  test("with the same ids and tokens, 1,000 calls and cancellations among them: nobody sees the other's anything", async () => {
    const names = [`twin-${clients++}`, `twin-${clients++}`] as const;
    const connect = async (era: Era, name: string): Promise<EraClient> =>
      eraClient(hub, era, await hub.addClient(name), `/mcp/s/${server}`);
    const twins: Twin[] = [
      { who: "one", client: await connect(one, names[0]), steps: 2 },
      { who: "two", client: await connect(two, names[1]), steps: 3 },
    ];
    const watcher = await connect("session", `watcher-${clients}`);
    const before = await cancelledAt(watcher);
    const lane = async (twin: Twin, first: number): Promise<(string | undefined)[]> => {
      const wrong = [];
      for (let id = first; id < CALLS; id += LANES) wrong.push(await run(twin, id));
      return wrong;
    };
    const lanes = twins.flatMap((twin) => Array.from({ length: LANES }, (_, first) => lane(twin, first)));
    const wrong = (await Promise.all(lanes)).flat().filter((each) => each !== undefined);
    expect(wrong).toEqual([]);

    const cancelled = (2 * CALLS) / 5;
    await waitFor(async () => (await cancelledAt(watcher)) >= before + cancelled, {
      deadlineMs: PATIENCE,
      what: "every cancellation to reach the server",
    });
    expect(await cancelledAt(watcher)).toBe(before + cancelled);
    for (const [at, name] of names.entries()) {
      const calls = await hub.calls("--client", name, "--limit", "1000");
      expect(calls).toHaveLength(CALLS);
      expect(calls.filter(({ status }) => status === "cancelled")).toHaveLength(CALLS / 5);
      expect(calls.filter(({ status }) => status === "error")).toHaveLength(CALLS / 5);
      const other = at === 0 ? "two " : "one ";
      expect(calls.filter((call) => JSON.stringify([call.result, call.error]).includes(other))).toEqual([]);
    }
  });
});
