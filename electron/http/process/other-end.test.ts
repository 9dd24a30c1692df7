import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { canonicalAddress } from "./address.ts";
import { createOtherEndLookup } from "./other-end.ts";
import type { SystemTools } from "./tools.ts";

const ends = {
  remoteAddress: "::ffff:127.0.0.1",
  remotePort: 50_000,
  localAddress: "::ffff:127.0.0.1",
  localPort: 4780,
};
const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, remote: string, uid: number, inode: number): string =>
  `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0 20 4 30 10 -1\n`;

const tools = (
  platform: NodeJS.Platform,
  { proc = {}, outputs = {} }: { proc?: Record<string, string>; outputs?: Record<string, string> },
): SystemTools => ({
  platform,
  user: () => ({ uid: platform === "win32" ? null : 1000, name: "ann" }),
  files: {
    read(path) {
      const text = proc[path];
      if (text === undefined) throw new Error(`ENOENT ${path}`);
      return text;
    },
    list: (path) => (path === "/proc" ? ["7"] : path === "/proc/7/fd" ? ["3"] : []),
    link(path) {
      const text = proc[path];
      if (text === undefined) throw new Error(`EACCES ${path}`);
      return text;
    },
  },
  run(program) {
    const output = outputs[program];
    return output === undefined ? Promise.reject(new Error("ENOENT")) : Promise.resolve(output);
  },
});

describe("who is at the other end", () => {
  test("on Linux it is the process of the socket that mirrors the hub's, with its user", async () => {
    const peer = await createOtherEndLookup(
      tools("linux", {
        proc: {
          // The same ports on ::1 belong to somebody else, and come first.
          "/proc/net/tcp": HEAD + row("0100007F:C350", "0100007F:12AC", 1000, 42),
          "/proc/net/tcp6":
            HEAD +
            row("00000000000000000000000001000000:C350", "00000000000000000000000001000000:12AC", 1001, 43),
          "/proc/7/fd/3": "socket:[42]",
          "/proc/7/comm": "claude\n",
          "/proc/7/exe": "/usr/bin/claude",
        },
      }),
    )(ends);
    expect(peer).toEqual({
      process: { pid: 7, name: "claude", executable: "/usr/bin/claude", user: "ann" },
      sameUser: true,
    });
  });

  test("on Linux another user's socket is known as such although its process cannot be seen", async () => {
    const peer = await createOtherEndLookup(
      tools("linux", { proc: { "/proc/net/tcp": HEAD + row("0100007F:C350", "0100007F:12AC", 1001, 42) } }),
    )(ends);
    expect(peer).toEqual({ process: null, sameUser: false });
  });

  test("on Linux a socket that nobody holds any more tells nothing", async () => {
    const peer = await createOtherEndLookup(
      tools("linux", { proc: { "/proc/net/tcp": HEAD + row("0100007F:C350", "0100007F:12AC", 0, 0) } }),
    )(ends);
    expect(peer).toEqual({ process: null, sameUser: null });
  });

  const hubsEnd = "p99\ncgatehouse\nu1000\nLann\nf20\nn127.0.0.1:4780->127.0.0.1:50000\n";
  test("on macOS it comes from lsof and ps", async () => {
    const peer = await createOtherEndLookup(
      tools("darwin", {
        outputs: {
          lsof: `${hubsEnd}p512\ncCursor He\nu1000\nLann\nf31\nn127.0.0.1:50000->127.0.0.1:4780\n`,
          ps: "/Applications/Cursor.app/Contents/MacOS/Cursor\n",
        },
      }),
    )(ends);
    expect(peer).toEqual({
      process: {
        pid: 512,
        name: "Cursor He",
        executable: "/Applications/Cursor.app/Contents/MacOS/Cursor",
        user: "ann",
      },
      sameUser: true,
    });
  });

  test("on macOS another user's is known by lsof having the hub's end alone", async () => {
    expect(await createOtherEndLookup(tools("darwin", { outputs: { lsof: hubsEnd } }))(ends)).toEqual({
      process: null,
      sameUser: false,
    });
    const asRoot = `${hubsEnd}p512\ncnode\nu501\nLbob\nf31\nn127.0.0.1:50000->127.0.0.1:4780\n`;
    expect(await createOtherEndLookup(tools("darwin", { outputs: { lsof: asRoot } }))(ends)).toMatchObject({
      process: { pid: 512, user: "bob" },
      sameUser: false,
    });
  });

  test("on Windows the owner's security identifier decides, and none is another user's", async () => {
    const told = {
      pid: 6024,
      name: "Code.exe",
      executable: "C:\\Code.exe",
      user: "ann",
      sid: "S-1-5-21-1",
      own: "S-1-5-21-1",
    };
    const ask = (answer: object) =>
      createOtherEndLookup(tools("win32", { outputs: { "powershell.exe": JSON.stringify(answer) } }))(ends);
    expect(await ask(told)).toEqual({
      process: { pid: 6024, name: "Code.exe", executable: "C:\\Code.exe", user: "ann" },
      sameUser: true,
    });
    expect(await ask({ ...told, sid: "S-1-5-21-2" })).toMatchObject({ sameUser: false });
    expect(await ask({ ...told, user: null, sid: null })).toMatchObject({ sameUser: false });
  });

  test("a machine without the tools tells nothing, and nothing fails", async () => {
    for (const platform of ["linux", "darwin", "win32"] as const)
      expect(await createOtherEndLookup(tools(platform, {}))(ends)).toEqual({
        process: null,
        sameUser: null,
      });
  });

  test.runIf(process.platform === "linux")("this very process is found over a real connection", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const client = connect(port, "127.0.0.1");
    const [accepted] = (await once(server, "connection")) as [Socket];
    try {
      expect(await createOtherEndLookup()(accepted)).toMatchObject({
        process: { pid: process.pid, executable: process.execPath, user: userInfo().username },
        sameUser: true,
      });
    } finally {
      client.destroy();
      accepted.destroy();
      server.close();
    }
  });
});

describe("addresses", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::FFFF:127.0.0.1", "127.0.0.1"],
    ["0000:0000:0000:0000:0000:0000:0000:0001", "::1"],
    ["fe80::1%eth0", "fe80::1"],
  ])("%s is written %s", (address, canonical) => expect(canonicalAddress(address)).toBe(canonical));
});
