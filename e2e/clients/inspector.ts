import { type Proof, runClient, type Setting } from "./run-client.ts";

/** A tool to call and a text that its answer holds. */
export interface InspectorCall {
  readonly server: string;
  readonly tool: string;
  readonly args: object;
  readonly answer: string;
}

/** MCP Inspector's CLI: lists the tools of all servers and calls one of each. */
export async function inspector(setting: Setting, calls: readonly InspectorCall[]): Promise<Proof[]> {
  const run = (...args: string[]) =>
    runClient(setting, "mcp-inspector", [
      ...["--cli", setting.url, "--transport", "http"],
      ...["--header", `Authorization: Bearer ${setting.token}`, ...args],
    ]);
  const list = await run("--method", "tools/list");
  const names = toolNames(list.stdout);
  const proofs: Proof[] = calls.map(({ server }) => {
    const own = names.filter((name) => name.startsWith(`${server}__`));
    return {
      what: `mcp-inspector lists the tools of ${server}`,
      ok: own.length > 0,
      shown: own.length > 0 ? `${own.length}: ${own.join(" ")}` : list.text.trim(),
    };
  });
  for (const { server, tool, args, answer } of calls) {
    const pairs = Object.entries(args).flatMap(([key, value]) => [
      "--tool-arg",
      `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    ]);
    const name = `${server}__${tool}`;
    const { code, stdout, text } = await run("--method", "tools/call", "--tool-name", name, ...pairs);
    const ok = code === 0 && stdout.includes(answer);
    proofs.push({
      what: `mcp-inspector calls ${name}`,
      ok,
      shown: ok ? `… ${answer} …` : `(code ${code}) ${text.trim()}`,
    });
  }
  return proofs;
}

function toolNames(json: string): string[] {
  try {
    const { tools } = JSON.parse(json) as { tools: { name: string }[] };
    return tools.map((tool) => tool.name);
  } catch {
    return [];
  }
}
