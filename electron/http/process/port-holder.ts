import { findSocketOwner } from "./proc-net.ts";
import { realTools, type SystemTools } from "./tools.ts";

/** Who listens on a TCP port. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string | null;
}

/** The process that listens on `port`, or undefined when the system does not tell. Never rejects. */
export async function findPortHolder(
  port: number,
  tools: Pick<SystemTools, "platform" | "files" | "run"> = realTools,
): Promise<PortHolder | undefined> {
  try {
    if (tools.platform === "linux")
      return findSocketOwner((row) => row.listening && row.localPort === port, tools.files);
    if (tools.platform === "win32") return await windowsHolder(port, tools);
    return parseLsof(await tools.run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]));
  } catch {
    return undefined;
  }
}

/** Reads `lsof -F pc`: a line "pPID", then a line "cNAME". */
function parseLsof(output: string): PortHolder | undefined {
  const pid = /^p(\d+)$/m.exec(output)?.[1];
  if (pid === undefined) return undefined;
  return { pid: Number(pid), name: /^c(.+)$/m.exec(output)?.[1] ?? null };
}

async function windowsHolder(port: number, tools: Pick<SystemTools, "run">): Promise<PortHolder | undefined> {
  const table = await tools.run("netstat.exe", ["-ano", "-p", "TCP"]);
  const table6 = await tools.run("netstat.exe", ["-ano", "-p", "TCPv6"]).catch(() => "");
  for (const line of `${table}\n${table6}`.split(/\r?\n/)) {
    // The state's name is translated on Windows of other languages: a listener is known by its remote port 0.
    const match = /^\s*TCP\s+\S+:(\d+)\s+\S+:0\s+\S+\s+(\d+)\s*$/.exec(line);
    if (match === null || Number(match[1]) !== port) continue;
    const pid = Number(match[2]);
    const task = await tools
      .run("tasklist.exe", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"])
      .catch(() => "");
    return { pid, name: /^"([^"]+)"/m.exec(task)?.[1] ?? null };
  }
  return undefined;
}
