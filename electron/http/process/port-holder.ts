import { execFile } from "node:child_process";
import { findSocketOwner, type ProcFiles, realProcFiles } from "./proc-net.ts";

/** Who listens on a TCP port. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string | null;
}

/** What the look-up needs of the machine; tests hand in their own. */
export interface HolderTools {
  readonly platform: NodeJS.Platform;
  readonly files: ProcFiles;
  /** Runs a program without a shell; its stdout, or a rejection. */
  run(program: string, args: readonly string[]): Promise<string>;
}

const realTools: HolderTools = {
  platform: process.platform,
  files: realProcFiles,
  run: (program, args) =>
    new Promise((resolve, reject) => {
      execFile(program, [...args], { timeout: 2_000, windowsHide: true }, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
    }),
};

/** The process that listens on `port`, or undefined when the system does not tell. Never rejects. */
export async function findPortHolder(
  port: number,
  tools: HolderTools = realTools,
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

async function windowsHolder(port: number, tools: HolderTools): Promise<PortHolder | undefined> {
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
