import { describe, expect, test } from "vitest";
import { connectShim } from "../../../shared/client-setup.ts";
import { type ServerConfig, serverConfigSchema } from "../../../shared/model/config.ts";
import { shimText } from "../home/connect-shim.ts";
import { homeFiles } from "../home/paths.ts";
import type { Check } from "./check.ts";
import { clientChecks } from "./checks/clients.ts";
import { homeChecks } from "./checks/home.ts";
import { bytesText, machineChecks } from "./checks/machine.ts";
import { networkChecks } from "./checks/network.ts";
import { programChecks } from "./checks/programs.ts";
import { type StateFacts, stateChecks } from "./checks/state.ts";
import { surroundingChecks } from "./checks/surroundings.ts";
import { ended, type FakeMachine, fakeMachine } from "./testing/fake-machine.ts";

const HOME = "/home/ada/.config/gatehouse";
const GB = 1024 ** 3;

/** The verdict of the check with this id, as "status code". */
async function verdict(checks: readonly Check[], id: string): Promise<string> {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  const { status, code } = await check.run();
  return code === null ? status : `${status} ${code}`;
}
const sentence = async (checks: readonly Check[], id: string) =>
  (await checks.find((one) => one.id === id)?.run())?.sentence;

const stdio = (command: string, enabled = true): ServerConfig =>
  serverConfigSchema.parse({ command, enabled });

describe("programs", () => {
  const look = (id: string, machine: FakeMachine, servers: Record<string, ServerConfig> = {}) =>
    verdict(programChecks(fakeMachine(machine), servers), id);

  test.each(["node", "npx", "uvx", "docker"])("%s that answers is well", async (id) => {
    expect(await look(id, {}, { a: stdio(id) })).toBe("ok");
  });

  test("a missing program has failed only where an enabled server needs it", async () => {
    const programs = { node: ended("v24.1.0") };
    expect(await look("npx", { programs })).toBe("ok");
    expect(await look("npx", { programs }, { off: stdio("npx", false) })).toBe("ok");
    expect(await look("npx", { programs }, { files: stdio("npx") })).toBe("fail program_missing");
    expect(await look("npx", { programs }, { files: stdio("C:\\node\\npx.cmd") })).toBe(
      "fail program_missing",
    );
    expect(await look("docker", { programs }, { box: stdio("docker") })).toBe("fail program_missing");
    expect(await look("node", { programs: {} })).toBe("warn program_missing");
  });

  test("it is said which servers need a missing program", async () => {
    const checks = programChecks(fakeMachine({ programs: {} }), { a: stdio("npx"), b: stdio("/opt/npx") });
    expect(await sentence(checks, "npx")).toMatch(/needed by a, b$/);
  });

  test("a Node that is too old, and programs that do not run, are told apart from missing ones", async () => {
    expect(await look("node", { programs: { node: ended("v16.20.0") } })).toBe("warn node_old");
    expect(await look("npx", { programs: { npx: ended("", 1, "Cannot find module") } })).toBe(
      "fail program_failed",
    );
    expect(await look("uvx", { programs: { uvx: { kind: "late" } } })).toBe("fail program_failed");
    expect(await look("node", { programs: { node: { kind: "failed", why: "EACCES" } } })).toBe(
      "fail program_failed",
    );
  });

  test("a docker whose daemon does not answer has failed where a server needs it", async () => {
    const programs = { docker: ended("", 1, "Cannot connect to the Docker daemon") };
    expect(await look("docker", { programs })).toBe("ok");
    expect(await look("docker", { programs }, { box: stdio("docker") })).toBe("fail docker_not_answering");
  });

  test("on Windows a script is not run to learn its version", async () => {
    const machine: FakeMachine = {
      platform: "win32",
      findProgram: (name) => `C:\\node\\${name}.cmd`,
      run: () => Promise.reject(new Error("it was run")),
    };
    expect(await look("npx", machine)).toBe("ok");
  });
});

describe("surroundings", () => {
  const look = (id: string, machine: FakeMachine) => verdict(surroundingChecks(fakeMachine(machine)), id);
  const path = (tookMs: number, problem: string | null = null) => ({
    searchPath: async () => ({ path: "/bin", source: "the login shell", tookMs, problem }),
  });

  test.each([
    ["ok", path(300)],
    ["warn login_shell_slow", path(4_000)],
    ["warn login_shell_slow", path(10, "it did not answer within 5 s")],
  ])("the search for the PATH is %s", async (expected, machine) => {
    expect(await look("path", machine)).toBe(expected);
  });

  test("the PATH is told with where it comes from", async () => {
    expect(await sentence(surroundingChecks(fakeMachine()), "path")).toBe(
      "servers are looked for in 2 folders from the login shell /bin/zsh, found in 120 ms: /usr/bin, /bin",
    );
  });

  test.each([
    ["ok", {}],
    ["ok", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "localhost,127.0.0.1" }],
    ["ok", { https_proxy: "proxy:3128", no_proxy: "*" }],
    ["warn proxy_without_loopback", { HTTP_PROXY: "http://proxy:3128" }],
    ["warn proxy_without_loopback", { ALL_PROXY: "socks5://proxy", NO_PROXY: "example.com" }],
    ["warn proxy_invalid", { HTTP_PROXY: "http://" }],
  ])("proxies are %s with %j", async (expected, env) => {
    expect(await look("proxies", { env })).toBe(expected);
  });
});

describe("the machine", () => {
  const NOW = Date.parse("2026-11-22T12:00:00.000Z");
  const look = (id: string, machine: FakeMachine = {}, newest?: number) =>
    verdict(machineChecks(fakeMachine(machine), { home: HOME, newestCall: async () => newest }), id);

  test.each([
    ["ok", NOW, undefined],
    ["ok", NOW, NOW + 60_000],
    ["warn clock_wrong", NOW, NOW + 3_600_000],
    ["fail clock_wrong", 0, undefined],
  ])("the clock is %s", async (expected, now, newest) => {
    expect(await look("clock", { now: () => now }, newest)).toBe(expected);
  });

  test.each([
    ["ok", 50 * GB],
    ["warn disk_low", GB / 2],
    ["fail disk_low", 1_000],
    ["ok", undefined],
  ])("the disk is %s with %j bytes", async (expected, free) => {
    expect(await look("disk", { freeBytes: async () => free })).toBe(expected);
  });

  test.each([
    [500, "1 KB"],
    [5 * 1024 ** 2, "5 MB"],
    [1.5 * GB, "1.5 GB"],
  ])("%i bytes are %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});

describe("the network", () => {
  const look = (id: string, machine: FakeMachine, url?: string, port = 4780) =>
    verdict(networkChecks(fakeMachine(machine), { port, url }), id);
  const problem = (code: string) => ({ listenProblem: async () => code });

  test("a port that a program holds is told with its name", async () => {
    const machine = { ...problem("EADDRINUSE"), portHolder: async () => ({ pid: 7, name: "nginx" }) };
    expect(await look("port", machine)).toBe("fail port_taken");
    const checks = networkChecks(fakeMachine(machine), { port: 4780, url: undefined });
    expect(await sentence(checks, "port")).toBe("port 4780 is held by nginx (process 7) (EADDRINUSE)");
  });

  test.each([
    ["ok", {}, undefined, 4780],
    ["ok", problem("EADDRINUSE"), "http://127.0.0.1:4780/mcp", 4780],
    ["ok", problem("EADDRINUSE"), undefined, 0],
    ["fail port_taken", problem("EADDRINUSE"), undefined, 4780],
    ["fail forbidden", problem("EACCES"), undefined, 80],
  ])("the port is %s", async (expected, machine, url, port) => {
    expect(await look("port", machine, url, port)).toBe(expected);
  });

  test("a machine without ::1 is well, one without 127.0.0.1 is not", async () => {
    const only = (missing: string) => ({
      listenProblem: async (host: string) => (host === missing ? "EADDRNOTAVAIL" : undefined),
    });
    expect(await look("loopbacks", only("::1"))).toBe("ok");
    expect(await look("loopbacks", only("127.0.0.1"))).toBe("fail loopback_missing");
  });
});

describe("the home folder", () => {
  const program = ["/usr/bin/node", "/opt/gatehouse.js"];
  const files = homeFiles(HOME, "linux");
  const shim = connectShim(HOME);
  const own = { [HOME]: { mode: 0o700, isFolder: true } };
  const look = (id: string, machine: FakeMachine, given: readonly string[] | undefined = program) =>
    verdict(homeChecks(fakeMachine(machine), { files, program: given }), id);

  test.each([
    ["ok", { ...own, [`${HOME}/gatehouse.json`]: {}, [`${HOME}/logs`]: { isFolder: true, mode: 0o755 } }],
    ["warn permissions_loose", { ...own, [`${HOME}/gatehouse.json`]: { mode: 0o644 } }],
    ["fail permissions_loose", { [HOME]: { mode: 0o755, isFolder: true } }],
    ["fail home_unusable", {}],
  ])("permissions are %s with %j", async (expected, found) => {
    expect(await look("permissions", { files: found })).toBe(expected);
  });

  test("on Windows the profile keeps others out", async () => {
    expect(
      await look("permissions", { platform: "win32", files: { [HOME]: { mode: 0o777, isFolder: true } } }),
    ).toBe("ok");
  });

  test("the command of stdio clients is missing, of another Gatehouse, dead, or well", async () => {
    const text = shimText(HOME, program, "linux");
    const other = shimText(HOME, ["/old/node", "/old.js"], "linux");
    const target = { "/opt/gatehouse.js": "", "/old.js": "" };
    expect(await look("shim", {})).toBe("warn shim_missing");
    expect(await look("shim", { files: { [shim]: text, ...target } })).toBe("ok");
    expect(await look("shim", { files: { [shim]: other, ...target } })).toBe("warn shim_stale");
    expect(await look("shim", { files: { [shim]: text } })).toBe("fail shim_stale");
    const checks = homeChecks(fakeMachine({ files: { [shim]: other, ...target } }), {
      files,
      program: undefined,
    });
    expect(await verdict(checks, "shim")).toBe("ok");
  });
});

describe("what the hub keeps", () => {
  const facts: StateFacts = {
    configFile: "/c.json",
    configProblem: () => null,
    counts: () => ({ servers: 1, rules: 2 }),
    database: async () => ({ problem: null, bytes: 1_000, whole: true }),
    secretsNeeded: true,
    secrets: async () => ({ kind: "keychain", problem: null }),
  };
  const locked = { code: "secrets_unavailable", message: "it is locked", advice: "Unlock it." };

  test.each([
    ["config", "ok", {}],
    ["config", "fail config_invalid", { configProblem: () => "line 1, column 2, x: is wrong" }],
    ["database", "ok", {}],
    [
      "database",
      "fail database_damaged",
      { database: async () => ({ problem: "page 3", bytes: 1, whole: true }) },
    ],
    [
      "database",
      "warn database_large",
      { database: async () => ({ problem: null, bytes: 6 * GB, whole: false }) },
    ],
    ["keychain", "ok", {}],
    [
      "keychain",
      "fail secrets_unavailable",
      { secrets: async () => ({ kind: "keychain", problem: locked }) },
    ],
    [
      "keychain",
      "warn secrets_unavailable",
      { secretsNeeded: false, secrets: async () => ({ kind: "keychain", problem: locked }) },
    ],
  ] satisfies [string, string, Partial<StateFacts>][])("%s is %s", async (id, expected, change) => {
    expect(await verdict(stateChecks({ ...facts, ...change }), id)).toBe(expected);
  });
});

describe("clients", () => {
  const file = "/home/ada/.cursor/mcp.json";
  const look = async (text: string) =>
    verdict(
      await clientChecks(fakeMachine({ files: { [file]: text } }), { home: HOME, port: 4780 }),
      "client:Cursor",
    );

  test.each([
    ["ok", '{"mcpServers":{"gatehouse":{"url":"http://127.0.0.1:4780/mcp"}}}'],
    ["ok", `{"mcpServers":{"gatehouse":{"command":"${connectShim(HOME)}"}}}`],
    ["ok", '{"mcpServers":{}}'],
    ["ok", '{"mcpServers":{"else":{"url":"http://localhost:9999/mcp"}}}'],
    ["warn client_elsewhere", '{"mcpServers":{"gatehouse":{"url":"http://127.0.0.1:4000/mcp"}}}'],
  ])("a configuration is %s: %s", async (expected, text) => {
    expect(await look(text)).toBe(expected);
  });

  test("a client that has no configuration is not named", async () => {
    expect(await clientChecks(fakeMachine(), { home: HOME, port: 4780 })).toEqual([]);
  });
});
