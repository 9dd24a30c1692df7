import { describe, expect, test } from "vitest";
import { createCaller } from "./caller.ts";
import { findPortHolder } from "./port-holder.ts";
import { findSocketOwner, type ProcFiles, parseSocketRows } from "./proc-net.ts";
import type { SystemTools } from "./tools.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:12AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C350 0100007F:12AC 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0000000000000000 20 4 30 10 -1
`;

/** A /proc of three processes, of which one belongs to somebody else. */
const files: ProcFiles = {
  read(path) {
    if (path === "/proc/net/tcp") return TABLE;
    if (path === "/proc/20/comm") return "node\n";
    throw new Error(`ENOENT ${path}`);
  },
  list(path) {
    if (path === "/proc") return ["1", "20", "30", "self"];
    if (path === "/proc/20/fd") return ["0", "1"];
    if (path === "/proc/30/fd") return ["5"];
    throw new Error(`EACCES ${path}`);
  },
  link(path) {
    if (path === "/proc/20/fd/1") return "socket:[4711]";
    if (path === "/proc/30/fd/5") return "socket:[4712]";
    if (path === "/proc/30/exe") return "/usr/bin/client";
    throw new Error(`ENOENT ${path}`);
  },
};

const toolsOf = (
  platform: NodeJS.Platform,
  outputs: Record<string, string>,
): Pick<SystemTools, "platform" | "files" | "run"> => ({
  platform,
  files,
  run(program, args) {
    const output = outputs[[program, ...args].join(" ")];
    return output === undefined ? Promise.reject(new Error("ENOENT")) : Promise.resolve(output);
  },
});

describe("finding a process by its socket", () => {
  test("the kernel's table is read", () => {
    expect(parseSocketRows(TABLE)).toEqual([
      {
        localAddress: "127.0.0.1",
        localPort: 4780,
        remoteAddress: "0.0.0.0",
        remotePort: 0,
        listening: true,
        uid: 1000,
        inode: "4711",
      },
      {
        localAddress: "127.0.0.1",
        localPort: 50_000,
        remoteAddress: "127.0.0.1",
        remotePort: 4780,
        listening: false,
        uid: 1000,
        inode: "4712",
      },
    ]);
  });

  test("the owner is found although other processes cannot be read", () => {
    expect(findSocketOwner((row) => row.remotePort === 4780, files)).toEqual({
      pid: 30,
      name: null,
      executable: "/usr/bin/client",
    });
  });

  test("a socket that nobody holds has no owner", () => {
    expect(findSocketOwner((row) => row.localPort === 1, files)).toBeUndefined();
  });

  test("on Linux the holder of a port comes from /proc", async () => {
    expect(await findPortHolder(4780, toolsOf("linux", {}))).toMatchObject({ pid: 20, name: "node" });
  });

  test("on macOS it comes from lsof", async () => {
    const tools = toolsOf("darwin", { "lsof -nP -iTCP:4780 -sTCP:LISTEN -Fpc": "p512\ncPython\nf3\n" });
    expect(await findPortHolder(4780, tools)).toEqual({ pid: 512, name: "Python" });
  });

  test("on Windows it comes from netstat and tasklist, in any language", async () => {
    const tools = toolsOf("win32", {
      "netstat.exe -ano -p TCP": [
        "Aktive Verbindungen",
        "  TCP    127.0.0.1:54780        127.0.0.1:4780         HERGESTELLT     1",
        "  TCP    127.0.0.1:4780         0.0.0.0:0              ABHÖREN         6024",
      ].join("\r\n"),
      "tasklist.exe /FI PID eq 6024 /FO CSV /NH": '"node.exe","6024","Console","1","40.000 K"\r\n',
    });
    expect(await findPortHolder(4780, tools)).toEqual({ pid: 6024, name: "node.exe" });
  });

  test("a machine without the tools gives no holder and no failure", async () => {
    expect(await findPortHolder(4780, toolsOf("darwin", {}))).toBeUndefined();
    expect(await findPortHolder(4780, toolsOf("win32", {}))).toBeUndefined();
  });

  test("a caller is looked up once, and only when somebody asks", () => {
    let lookups = 0;
    const caller = createCaller(50_000, 4780, () => {
      lookups += 1;
      return { pid: 30, name: "client", executable: null };
    });
    expect(lookups).toBe(0);
    expect([caller.remotePid, caller.executable, lookups]).toEqual([30, "client", 1]);
  });
});
