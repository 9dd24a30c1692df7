import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openHttpLine } from "../load/http-line.ts";
import type { Target } from "./target.ts";

/** A bare node:http server with a fixed answer: what the load client itself can do, in the same terms as the rest. */
export const bare: Target = {
  name: "bare node:http",
  start: async () => {
    const begunAt = performance.now();
    const child = spawn(process.execPath, [fileURLToPath(new URL("./bare-server.ts", import.meta.url))], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    // No session is opened: the server knows nothing of MCP.
    const line = await openHttpLine({ port: Number(port.toString()), path: "/mcp", session: "none" });
    const stop = async (): Promise<void> => {
      line.close();
      child.kill("SIGKILL");
    };
    return { line, echoTool: "", pid: child.pid, begunAt, stop };
  },
};
