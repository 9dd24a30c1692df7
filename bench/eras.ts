/**
 * What a call costs the hub in either era of MCP: the same call of the same tool by a client that has a session and by
 * one that has none, in many short rounds that alternate, on one hub and its two servers (one of each era).
 */
import { rmSync } from "node:fs";
import { echoServer, startHub } from "../e2e/lib/hub.ts";
import { accountOf } from "./accounting.ts";
import { expectOk } from "./load/caller.ts";
import { Connection, postHead, withBody } from "./load/connection.ts";
import { mcpHeaders, openHttpLine, sessionHeaders } from "./load/http-line.ts";
import type { Ratio } from "./report.ts";
import { type Effort, IN_FLIGHT, TEXT } from "./round.ts";
import { median } from "./stats.ts";
import { prepareHome } from "./targets/all.ts";
import { UPSTREAMS } from "./targets/target.ts";

export type Era = "session" | "stateless";
/** Client and server. */
const PAIRS: readonly (readonly [Era, Era])[] = [
  ["session", "session"],
  ["session", "stateless"],
  ["stateless", "session"],
  ["stateless", "stateless"],
];

/** The hub's processor time for a call, in microseconds, by the era of the client and of the server; one round. */
export type EraSample = Readonly<Record<Era, Readonly<Record<Era, number>>>>;

/** What the hub's processor time for a call of a client without a session may be, over one with a session. */
const MOST = 1.1;

/** A client without a session over one that has one, at the same server or each at one of its own era; medians of the rounds' ratios. */
export function eraRatios(samples: readonly EraSample[]): Ratio[] {
  const of = (name: string, ratio: (sample: EraSample) => number): Ratio => {
    const value = median(samples.map(ratio));
    return { name, value, bar: `at most ${MOST}`, kept: value <= MOST };
  };
  return [
    of("in front of the session era server", ({ session, stateless }) => stateless.session / session.session),
    of(
      "in front of the stateless server",
      ({ session, stateless }) => stateless.stateless / session.stateless,
    ),
    of(
      "each in front of its own era's server",
      ({ session, stateless }) => stateless.stateless / session.session,
    ),
  ];
}

/** Measures `effort.eraRounds` rounds after a warm-up; rejects where the system does not account for processes. */
export async function measureEras(effort: Effort): Promise<EraSample[]> {
  const config = {
    mcpServers: { session: echoServer(), stateless: echoServer("--stateless") },
    rules: [{ server: "*", tool: "*", decision: "allow" }],
  };
  const { home, token } = await prepareHome(config, "bench");
  const hub = await startHub({ home });
  const headers = { Authorization: `Bearer ${token}` };
  const line = await openHttpLine({ port: hub.port, path: "/mcp", headers });
  const connections = await Promise.all(Array.from({ length: IN_FLIGHT }, () => Connection.open(hub.port)));
  try {
    const common = { ...mcpHeaders(hub.port), ...headers };
    const first = await line.connect();
    await first.send('"method":"tools/list"');
    const load = (client: Era, server: Era): Promise<void> => {
      const tool = `${server}__echo`;
      const requests = connections.map((_, index) =>
        Buffer.from(
          client === "session"
            ? sessionCall(common, line.session ?? "", tool, index)
            : statelessCall(common, tool, index),
        ),
      );
      return run(connections, requests, effort.eraCalls);
    };
    const costOf = async (client: Era, server: Era): Promise<number> => {
      const before = cpuUs(hub.pid);
      await load(client, server);
      return (cpuUs(hub.pid) - before) / effort.eraCalls;
    };
    const round = async (): Promise<EraSample> => {
      const sample = { session: { session: 0, stateless: 0 }, stateless: { session: 0, stateless: 0 } };
      for (const [client, server] of shuffled([...PAIRS, ...PAIRS]))
        sample[client][server] += (await costOf(client, server)) / 2;
      return sample;
    };
    for (let warmUp = 0; warmUp < effort.eraWarmUps; warmUp += 1) await round();
    const samples: EraSample[] = [];
    for (let at = 0; at < effort.eraRounds; at += 1) samples.push(await round());
    return samples;
  } finally {
    for (const connection of connections) connection.close();
    line.close();
    await hub.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** In any order: a fixed one would let what comes every so often, such as a major collection, always meet the same pair. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const argumentsText = JSON.stringify({ text: TEXT, message: TEXT });

/** A tools/call of the session era, head and body. */
function sessionCall(
  common: Readonly<Record<string, string>>,
  session: string,
  tool: string,
  id: number,
): string {
  const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":${argumentsText}}}`;
  return withBody(postHead("/mcp", { ...common, ...sessionHeaders(session) }), body);
}

const REVISION = "2026-07-28";
const META = JSON.stringify({
  "io.modelcontextprotocol/protocolVersion": REVISION,
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, sampling: {} },
});

/** The same of the stateless era, as the official SDK writes it: who asks, in `_meta`, and the three headers. */
function statelessCall(common: Readonly<Record<string, string>>, tool: string, id: number): string {
  const headers = { "MCP-Protocol-Version": REVISION, "Mcp-Method": "tools/call", "Mcp-Name": tool };
  const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":${argumentsText},"_meta":${META}}}`;
  return withBody(postHead("/mcp", { ...common, ...headers }), body);
}

/**
 * Sends every connection's own request, waits for all answers, and again, `calls` in all: in flocks, so that the hub finds
 * the same work to do at once in every round. Throws on an answer that is not the echo.
 */
async function run(
  connections: readonly Connection[],
  requests: readonly Buffer[],
  calls: number,
): Promise<void> {
  const call = async (connection: Connection, index: number): Promise<void> => {
    const response = await connection.send(requests[index] ?? Buffer.alloc(0));
    expectOk(response, "the call");
    if (!response.body.includes(TEXT)) throw new Error(`an answer lacks the echo: ${response.body}`);
  };
  for (let done = 0; done < calls; done += connections.length) await Promise.all(connections.map(call));
}

function cpuUs(pid: number): number {
  const account = accountOf(pid, UPSTREAMS[0]?.marker ?? "");
  if (account === undefined) throw new Error("this system does not account for processes as Linux does");
  return account.cpuUs;
}
