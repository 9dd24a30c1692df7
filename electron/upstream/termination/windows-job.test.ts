import { describe, expect, it } from "vitest";
import { enterJob, jobScript } from "./windows-job.ts";

describe("the job that ends everything with the hub (Windows)", () => {
  const script = jobScript(4242);
  const at = (text: string): number => {
    const found = script.indexOf(text);
    if (found < 0) throw new Error(`not in the script: ${text}`);
    return found;
  };

  it("kills on close and lets nothing break away: that limit is the only one", () => {
    expect(script).toContain("WriteInt32($limits, 16, 8192)");
    expect(script).toContain("SetInformationJobObject($job, 9, $limits, $size)");
  });

  it("is handed to the hub, not inheritable, before the hub is put into it", () => {
    expect(script).toContain("OpenProcess(321, $false, 4242)");
    expect(
      at("$native::DuplicateHandle($native::GetCurrentProcess(), $job, $hub, [ref] $copy, 0, $false, 2)"),
    ).toBeLessThan(at("$native::AssignProcessToJobObject($job, $hub)"));
    expect(at("$native::AssignProcessToJobObject($job, $hub)")).toBeLessThan(at("Write-Output"));
  });

  it("declares every function that it calls, and nests its quotes so that one argument carries it", () => {
    const called = [...script.matchAll(/\$native::(\w+)/g)].map(([, name]) => name);
    for (const name of called) expect(script).toMatch(new RegExp(`public static extern \\w+ ${name}\\(`));
    const [declarations = ""] = /-MemberDefinition '[^']*'/.exec(script) ?? [];
    expect(script.replace(declarations, "")).not.toContain('"');
  });

  it("is made by Windows' own PowerShell, once", async () => {
    const calls: string[][] = [];
    const run = async (file: string, args: readonly string[]): Promise<string> => {
      calls.push([file, ...args]);
      return "gatehouse-job-ready\r\n";
    };
    expect(await enterJob({ pid: 7, run, systemRoot: "C:\\Windows" })).toBe(true);
    expect(calls).toEqual([
      [
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        jobScript(7),
      ],
    ]);
  });

  it.each([
    ["fails", () => Promise.reject(new Error("AssignProcessToJobObject failed with error 5")), "error 5"],
    ["is mute", () => Promise.resolve(""), "did not say"],
  ])("when PowerShell %s, is reported missing and keeps nothing from starting", async (_how, run, words) => {
    const messages: string[] = [];
    expect(await enterJob({ run, log: (_level, message) => messages.push(message) })).toBe(false);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(words);
    expect(messages[0]).toContain("its guard alone");
  });
});
