import { spawn } from "node:child_process";
import type { Line } from "./caller.ts";

/** Speaks to a server's own stdin and stdout: what a call costs with nothing in between. */
export async function openStdioLine(command: readonly string[]): Promise<Line & { readonly pid: number }> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
  const waiting = new Map<number, { resolve: (answer: string) => void; reject: (error: Error) => void }>();
  child.on("close", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the server ended (${code ?? signal})`));
  });
  const rest: string[] = [];
  child.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    const lines = chunk.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      const whole = rest.length === 0 ? line : rest.splice(0).join("") + line;
      const id = Number(/"id":(\d+)/.exec(whole.slice(-40))?.[1] ?? /"id":(\d+)/.exec(whole)?.[1]);
      const settle = waiting.get(id);
      waiting.delete(id);
      settle?.resolve(whole);
    }
    if (last !== "") rest.push(last);
  });
  let nextId = 0;
  const send = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      nextId += 1;
      waiting.set(nextId, { resolve, reject });
      child.stdin.write(`{"jsonrpc":"2.0","id":${nextId},${text}}\n`);
    });
  const params = `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`;
  await send(`"method":"initialize","params":${params}`);
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    pid: child.pid ?? 0,
    connect: async () => ({ send, close: () => {} }),
    close: () => child.kill("SIGKILL"),
  };
}
