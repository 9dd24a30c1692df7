/**
 * Who is at the other end of a connection, as the operating system tells it: never what the other end says of itself.
 * Linux: /proc/net/tcp has each socket's user, /proc/PID/fd its process. macOS: lsof shows the sockets of one's own
 * processes. Windows: the table of connections, and the process's owner. A process of another user is told from one
 * that cannot be found (a connection from a container or another machine).
 */
import type { Socket } from "node:net";
import type { Process } from "../../../shared/model/client.ts";
import { canonicalAddress } from "./address.ts";
import { findInodeOwner, readSocketRows } from "./proc-net.ts";
import { realTools, type SystemTools } from "./tools.ts";

export interface OtherEnd {
  readonly process: Process | null;
  /** Whether it runs as the hub's own user; null when the system does not tell. */
  readonly sameUser: boolean | null;
}

/** Both ends of a connection as the hub's socket has them: "remote" is the caller. */
export type SocketEnds = Pick<Socket, "remoteAddress" | "remotePort" | "localAddress" | "localPort">;

/** Finds the other end; never rejects. To be asked while the connection stands. */
export type OtherEndLookup = (ends: SocketEnds) => Promise<OtherEnd>;

const UNKNOWN: OtherEnd = { process: null, sameUser: null };

interface Ends {
  readonly caller: string;
  readonly callerPort: number;
  readonly hub: string;
  readonly hubPort: number;
}

/** The look-up on this machine. */
export function createOtherEndLookup(tools: SystemTools = realTools): OtherEndLookup {
  return async ({ remoteAddress, remotePort, localAddress, localPort }) => {
    if (!remoteAddress || !remotePort || !localAddress || !localPort) return UNKNOWN;
    const ends: Ends = {
      caller: canonicalAddress(remoteAddress),
      callerPort: remotePort,
      hub: canonicalAddress(localAddress),
      hubPort: localPort,
    };
    try {
      if (tools.platform === "linux") return onLinux(ends, tools);
      return await (tools.platform === "win32" ? onWindows(ends, tools) : onMac(ends, tools));
    } catch {
      return UNKNOWN;
    }
  };
}

function onLinux(ends: Ends, tools: SystemTools): OtherEnd {
  const row = readSocketRows(tools.files).find(
    ({ localAddress, localPort, remoteAddress, remotePort, inode }) =>
      localPort === ends.callerPort &&
      remotePort === ends.hubPort &&
      localAddress === ends.caller &&
      remoteAddress === ends.hub &&
      inode !== "0",
  );
  if (row === undefined) return UNKNOWN;
  const own = tools.user();
  const found = findInodeOwner([row.inode], tools.files);
  const user = row.uid === own.uid ? own.name : linuxUserName(row.uid, tools);
  return {
    process: found === undefined ? null : { ...found, user },
    sameUser: row.uid === own.uid,
  };
}

function linuxUserName(uid: number, tools: SystemTools): string {
  try {
    const line = tools.files
      .read("/etc/passwd")
      .split("\n")
      .find((entry) => entry.split(":")[2] === String(uid));
    return line?.split(":")[0] ?? String(uid);
  } catch {
    return String(uid);
  }
}

/** Without root, lsof shows one's own processes only: when it has the hub's end alone, the other is another user's. */
async function onMac(ends: Ends, tools: SystemTools): Promise<OtherEnd> {
  const output = await tools.run("lsof", ["-nP", `-iTCP:${ends.callerPort}`, "-sTCP:ESTABLISHED", "-FpcuLn"]);
  let hubSeen = false;
  for (const { pid, command, uid, login, name } of parseLsof(output)) {
    const [from, to] = name.split("->").map(parseLsofEnd);
    if (from === undefined || to === undefined) continue;
    const isEnd = (end: LsofEnd, address: string, port: number): boolean =>
      end.address === address && end.port === port;
    if (isEnd(from, ends.hub, ends.hubPort) && isEnd(to, ends.caller, ends.callerPort)) hubSeen = true;
    if (!isEnd(from, ends.caller, ends.callerPort) || !isEnd(to, ends.hub, ends.hubPort)) continue;
    const path = await tools.run("ps", ["-p", String(pid), "-o", "comm="]).catch(() => "");
    return {
      process: { pid, name: command, executable: path.trim() === "" ? null : path.trim(), user: login },
      sameUser: uid === tools.user().uid,
    };
  }
  return hubSeen ? { process: null, sameUser: false } : UNKNOWN;
}

interface LsofEntry {
  readonly pid: number;
  readonly command: string | null;
  readonly uid: number | null;
  readonly login: string | null;
  readonly name: string;
}
interface LsofEnd {
  readonly address: string;
  readonly port: number;
}

/** `lsof -F pcuLn`: a set of lines for each process (p, c, u, L), then for each of its files a line f and a line n. */
function parseLsof(output: string): LsofEntry[] {
  const entries: LsofEntry[] = [];
  let base: Omit<LsofEntry, "name"> | undefined;
  for (const line of output.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) base = { pid: Number(value), command: null, uid: null, login: null };
    else if (base === undefined) continue;
    else if (line.startsWith("c")) base = { ...base, command: value };
    else if (line.startsWith("u")) base = { ...base, uid: Number(value) };
    else if (line.startsWith("L")) base = { ...base, login: value };
    else if (line.startsWith("n")) entries.push({ ...base, name: value });
  }
  return entries;
}

function parseLsofEnd(text: string): LsofEnd | undefined {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { address: canonicalAddress(match[1]), port: Number(match[2]) };
}

/**
 * One PowerShell for everything, as it is slow to start. The owner of another user's process is not told to an
 * ordinary user, so a process without a readable owner is taken for another user's.
 */
const WINDOWS_SCRIPT = (ends: Ends): string => `
$ErrorActionPreference = 'Stop'
$c = Get-NetTCPConnection -LocalPort ${ends.callerPort} -RemotePort ${ends.hubPort} |
  Where-Object { $_.LocalAddress -eq '${ends.caller}' -and $_.RemoteAddress -eq '${ends.hub}' } | Select-Object -First 1
if ($null -eq $c) { exit 3 }
$p = Get-CimInstance Win32_Process -Filter "ProcessId=$($c.OwningProcess)"
$o = Invoke-CimMethod -InputObject $p -MethodName GetOwner
$s = Invoke-CimMethod -InputObject $p -MethodName GetOwnerSid
@{ pid = [int]$c.OwningProcess; name = $p.Name; executable = $p.ExecutablePath; user = $o.User; sid = $s.Sid
   own = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value } | ConvertTo-Json -Compress
`;

async function onWindows(ends: Ends, tools: SystemTools): Promise<OtherEnd> {
  const output = await tools.run("powershell.exe", [
    "-NoProfile",
    "-NonInteractive",
    // Encoded, no quoting on the way can change it.
    "-EncodedCommand",
    Buffer.from(WINDOWS_SCRIPT(ends), "utf16le").toString("base64"),
  ]);
  const told = JSON.parse(output) as Record<string, unknown>;
  if (typeof told.pid !== "number") return UNKNOWN;
  const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
  return {
    process: {
      pid: told.pid,
      name: text(told.name),
      executable: text(told.executable),
      user: text(told.user),
    },
    sameUser: text(told.sid) !== null && told.sid === told.own,
  };
}
