import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli, startHub, temporaryHome } from "../../e2e/lib/hub.ts";
import { openHttpLine } from "../load/http-line.ts";
import { openStdioLine } from "../load/stdio-line.ts";
import {
  freePort,
  MCP_PROXY,
  type RunningTarget,
  SUPERGATEWAY,
  startGroup,
  type Target,
  untilUp,
} from "./target.ts";

const direct: Target = {
  name: "direct stdio",
  start: async (upstream) => {
    const begunAt = performance.now();
    const line = await openStdioLine(upstream.command);
    return { line, echoTool: "echo", pid: undefined, begunAt, stop: async () => line.close() };
  },
};

/** A home with this configuration and a client, ready to start a hub on. The caller removes it. */
export async function prepareHome(config: object, client: string): Promise<{ home: string; token: string }> {
  const home = temporaryHome();
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
  const added = await runCli(["client", "add", client, "--json"], undefined, {
    ...process.env,
    GATEHOUSE_HOME: home,
  });
  if (added.code !== 0) throw new Error(`gatehouse client add failed: ${added.stderr}`);
  return { home, token: (JSON.parse(added.stdout) as { token: string }).token };
}

/** Gatehouse as a person runs it: token, rules, and every call on record. */
export const gatehouse: Target = {
  name: "Gatehouse",
  start: async (upstream) => {
    const [command, ...args] = upstream.command;
    const config = {
      mcpServers: { up: { command, args } },
      rules: [
        { client: "somebody-else", decision: "deny" },
        { server: "files", tool: "write_*", decision: "ask" },
        { server: "up", tool: "delete_*", decision: "deny" },
        { client: "bench", server: "up", tool: "*", decision: "allow" },
      ],
    };
    const { home, token } = await prepareHome(config, "bench");
    const removeHome = (): void => rmSync(home, { recursive: true, force: true });
    const begunAt = performance.now();
    const hub = await startHub({ home });
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const line = await openHttpLine({ port: hub.port, path: "/mcp", headers });
      const stop = async (): Promise<void> => {
        line.close();
        await hub.stop();
        removeHome();
      };
      return { line, echoTool: "up__echo", pid: hub.pid, begunAt, stop };
    } catch (error) {
      await hub.stop();
      removeHome();
      throw error;
    }
  },
};

/** A rival: a program that serves one stdio server on a port. */
const rival = (name: string, args: (port: number, command: readonly string[]) => string[]): Target => ({
  name,
  start: async (upstream): Promise<RunningTarget> => {
    const port = await freePort();
    const begunAt = performance.now();
    const { child, end } = startGroup(args(port, upstream.command));
    try {
      const line = await untilUp(() => openHttpLine({ port, path: "/mcp" }));
      const stop = async (): Promise<void> => {
        line.close();
        await end();
      };
      return { line, echoTool: "echo", pid: child.pid, begunAt, stop };
    } catch (error) {
      await end();
      throw error;
    }
  },
});

const mcpProxy = rival("mcp-proxy", (port, command) => [
  MCP_PROXY,
  "--host",
  "127.0.0.1",
  "--port",
  String(port),
  "--server",
  "stream",
  "--",
  ...command,
]);

const supergateway = rival("supergateway", (port, command) => [
  SUPERGATEWAY,
  "--stdio",
  command.map((word) => JSON.stringify(word)).join(" "),
  "--outputTransport",
  "streamableHttp",
  "--stateful",
  "--logLevel",
  "none",
  "--port",
  String(port),
]);

/** All targets, in the order of the table. */
export const TARGETS: readonly Target[] = [direct, gatehouse, mcpProxy, supergateway];
export const RIVALS: readonly Target[] = [mcpProxy, supergateway];
