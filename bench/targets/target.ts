import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { ECHO_SERVER } from "../../e2e/lib/hub.ts";
import type { Line } from "../load/caller.ts";

/** An MCP server that stands behind every target. */
export interface Upstream {
  readonly name: string;
  readonly command: readonly string[];
  /** Part of its command line, by which its processes are told from the hub's. */
  readonly marker: string;
}

/** A running target with one session opened on it. */
export interface RunningTarget {
  readonly line: Line;
  /** Name of the echo tool as it is listed there. */
  readonly echoTool: string;
  /** The process whose work is measured; undefined where there is no hub in between. */
  readonly pid: number | undefined;
  /** performance.now() just before the program was spawned. */
  readonly begunAt: number;
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  start(upstream: Upstream): Promise<RunningTarget>;
}

/** A file of an installed package. */
const packaged = (path: string): string =>
  fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

const EVERYTHING = packaged("@modelcontextprotocol/server-everything/dist/index.js");

export const UPSTREAMS: readonly Upstream[] = [
  { name: "echo", command: [process.execPath, ECHO_SERVER], marker: ECHO_SERVER },
  { name: "everything", command: [process.execPath, EVERYTHING, "stdio"], marker: EVERYTHING },
];

export const MCP_PROXY = packaged("mcp-proxy/dist/bin/mcp-proxy.mjs");
export const SUPERGATEWAY = packaged("supergateway/dist/index.js");

/** A port that was free a moment ago: for programs that cannot pick one themselves. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program in its own process group, so that it can be ended with all that it started. */
export function startGroup(args: readonly string[]): { child: ChildProcess; end: () => Promise<void> } {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  child.stderr?.resume();
  const closed = once(child, "exit");
  const end = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL");
    }
    await closed;
  };
  return { child, end };
}

/** Tries again every 5 ms until it succeeds: a server under start refuses connections. Throws the last error after 30 s. */
export async function untilUp<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
