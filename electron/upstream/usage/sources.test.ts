import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { createDarwinSource, parsePsTime } from "./source-darwin.ts";
import { createLinuxSource } from "./source-linux.ts";
import { createWindowsSource } from "./source-windows.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("Linux", () => {
  const proc = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-proc-"));
    folders.push(folder);
    const vector = Buffer.alloc(32);
    vector.writeBigUInt64LE(6n, 0);
    vector.writeBigUInt64LE(16_384n, 8);
    mkdirSync(join(folder, "self"));
    writeFileSync(join(folder, "self", "auxv"), vector);
    return folder;
  };
  const put = (folder: string, pid: number, environment: string, startTicks = 7): void => {
    mkdirSync(join(folder, String(pid)), { recursive: true });
    // Fields 14 to 17 are CPU times, 22 the start, 24 the resident pages.
    const stat = `${pid} (a) b) S 1 ${pid} 0 0 0 0 0 0 0 0 1 2 3 4 0 0 1 0 ${startTicks} 9999 5 0`;
    writeFileSync(join(folder, String(pid), "stat"), stat);
    writeFileSync(join(folder, String(pid), "statm"), "100 5 2 1 0 3 0");
    writeFileSync(join(folder, String(pid), "environ"), environment);
  };

  it("reads CPU time with that of ended children and memory in the kernel's own pages", async () => {
    const folder = proc();
    put(folder, 20, "");
    const source = createLinuxSource(folder);
    const [entry] = await source.look();
    expect(entry).toEqual({
      pid: 20,
      ppid: 1,
      pgid: 20,
      startTime: 70,
      mark: null,
      cpuMs: 100,
      residentBytes: 5 * 16_384,
    });
    expect(entry === undefined ? 0 : source.ownBytes(entry)).toBe(3 * 16_384);
  });

  it("reads an environment at two looks, as it may be the parent's at the first, and again for a reused pid", async () => {
    const folder = proc();
    const source = createLinuxSource(folder);
    const mark = async () => (await source.look())[0]?.mark;
    put(folder, 20, "A=1");
    expect(await mark()).toBe(null);
    put(folder, 20, "MCP_HUB_MARK=i:a:1");
    expect(await mark()).toBe("i:a:1");
    put(folder, 20, "MCP_HUB_MARK=i:a:2");
    expect(await mark()).toBe("i:a:1");
    put(folder, 20, "MCP_HUB_MARK=i:b:1", 8);
    expect(await mark()).toBe("i:b:1");
  });
});

describe("macOS", () => {
  it("reads ps's table with memory, CPU time and the mark", async () => {
    const asked: string[][] = [];
    const source = createDarwinSource(async (_file, args) => {
      asked.push([...args]);
      return [
        "  501     1   501 Ss   Sun Nov 22 17:51:34 2026  20480   1:02.50 node server.js MCP_HUB_MARK=i:a:1 X=2",
        "  502   501   501 Z    Sun Nov 22 17:51:34 2026      0   0:00.00 (gone)",
        "nonsense",
      ].join("\n");
    });
    expect(await source.look()).toEqual([
      {
        pid: 501,
        ppid: 1,
        pgid: 501,
        startTime: Date.parse("Sun Nov 22 17:51:34 2026"),
        mark: "i:a:1",
        cpuMs: 62_500,
        residentBytes: 20_480 * 1_024,
      },
    ]);
    expect(asked[0]).toContain("pid=,ppid=,pgid=,state=,lstart=,rss=,time=,command=");
  });

  it("reads every form of ps's time", () => {
    expect(["0:00.07", "12:03.50", "1:02:03", "2-01:00:00"].map(parsePsTime)).toEqual([
      70, 723_500, 3_723_000, 176_400_000,
    ]);
  });
});

describe("Windows", () => {
  class FakeHelper extends EventEmitter {
    readonly stdin = new PassThrough();
    readonly stdout = new PassThrough();
    killed = false;
    kill(): boolean {
      this.killed = true;
      this.emit("exit", 0);
      return true;
    }
    unref(): void {}
  }
  const bench = () => {
    const helpers: FakeHelper[] = [];
    const source = createWindowsSource(() => {
      const helper = new FakeHelper();
      helpers.push(helper);
      return helper as unknown as ChildProcess;
    }, "C:\\Windows");
    return { helpers, source };
  };

  it("asks one helper for every look, and shares a look that is under way", async () => {
    const { helpers, source } = bench();
    const looks = [source.look(), source.look()];
    const [helper] = helpers;
    await once(helper?.stdin as PassThrough, "data");
    helper?.stdout.write("20 1 1763833894000 20000 30000 1048576 ");
    helper?.stdout.write("524288\r\nend\r\n");
    const [first, second] = await Promise.all(looks);
    expect(first).toBe(second);
    expect(first).toMatchObject([
      { pid: 20, ppid: 1, startTime: 1_763_833_894_000, cpuMs: 5, residentBytes: 1_048_576 },
    ]);
    expect(first?.[0] === undefined ? 0 : source.ownBytes(first[0])).toBe(524_288);
    const next = source.look();
    helper?.stdout.write("end\r\n");
    expect(await next).toEqual([]);
    expect(helpers).toHaveLength(1);
    source.close();
    expect(helper?.killed).toBe(true);
  });

  it("rejects when the helper ends before its table does, and starts another for the next look", async () => {
    const { helpers, source } = bench();
    const look = source.look();
    helpers[0]?.emit("exit", 1);
    await expect(look).rejects.toThrow("PowerShell ended");
    const next = source.look();
    helpers[1]?.stdout.write("end\n");
    expect(await next).toEqual([]);
    source.close();
  });
});
