import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runFileSchema } from "../../shared/contract.ts";
import { echoServer, type Finished, runCli, startHub, temporaryHome } from "../lib/hub.ts";
import { callUnderWay, hubForTest, textOf } from "./kit.ts";

const ipv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
const posix = process.platform !== "win32";
const modeOf = (path: string): number => statSync(path).mode & 0o777;

function newHome(): string {
  const home = temporaryHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

const serve = (home: string, port = 0): Promise<Finished> =>
  runCli(["serve", "--home", home, "--port", String(port), "--no-ui"], undefined, process.env);

async function hold(host: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

describe("a hub that starts", () => {
  test("prints exactly one line, answers /healthz without a token, and ends with code 0 at SIGTERM", async () => {
    const hub = await hubForTest({ config: { mcpServers: { echo: echoServer() } } });
    const health = await fetch(new URL("/healthz", hub.url));
    expect({ status: health.status, body: await health.json() }).toEqual({
      status: 200,
      body: { status: "ok" },
    });
    const end = await hub.kill("SIGTERM");
    expect(end).toMatchObject({ code: 0, signal: null, stdout: `listening ${hub.url}\n` });
    expect(hub.url).toBe(`http://127.0.0.1:${hub.port}/mcp`);
  });

  test("writes run.json for this user alone and removes it at its end", async () => {
    const hub = await hubForTest();
    const file = join(hub.home, "run.json");
    const run = runFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    expect(run).toMatchObject({ pid: hub.pid, port: hub.port, url: hub.url });
    if (posix) expect(modeOf(file)).toBe(0o600);
    await hub.kill("SIGTERM");
    expect(existsSync(file)).toBe(false);
  });

  test.runIf(posix)("makes its home and what lies in it private, also a home that was open", async () => {
    const home = join(newHome(), "open");
    mkdirSync(home, { mode: 0o755 });
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const hub = await hubForTest({ home });
    await hub.addClient("private");
    expect({
      home: modeOf(home),
      "gatehouse.db": modeOf(join(home, "gatehouse.db")),
      "gatehouse.db-wal": modeOf(join(home, "gatehouse.db-wal")),
      "home.key": modeOf(join(home, "home.key")),
      "run.json": modeOf(join(home, "run.json")),
      "hub.log": modeOf(join(home, "logs", "hub.log")),
    }).toEqual({
      home: 0o700,
      "gatehouse.db": 0o600,
      "gatehouse.db-wal": 0o600,
      "home.key": 0o600,
      "run.json": 0o600,
      "hub.log": 0o600,
    });
  });

  test.runIf(ipv6)("answers on both loopbacks", async () => {
    const hub = await hubForTest();
    const hosts = ["127.0.0.1", "[::1]", "localhost"];
    const answers = await Promise.all(
      hosts.map(async (host) => (await fetch(`http://${host}:${hub.port}/healthz`)).status),
    );
    expect(answers).toEqual([200, 200, 200]);
  });
});

describe("a hub that cannot start", () => {
  test("says hub_running with the first one's pid and url on a home that has a hub", async () => {
    const hub = await hubForTest();
    const second = await serve(hub.home);
    expect(second).toMatchObject({ code: 1, stdout: "" });
    expect(second.stderr).toMatch(/^error: hub_running: /);
    expect(second.stderr).toContain(String(hub.pid));
    expect(second.stderr).toContain(hub.url);
    expect((await fetch(new URL("/healthz", hub.url))).status).toBe(200);
    expect(existsSync(join(hub.home, "run.json"))).toBe(true);
  });

  test("says port_taken with the holder's name and pid, and never moves to another port", async () => {
    const { port } = await hold("127.0.0.1");
    const end = await serve(newHome(), port);
    expect(end).toMatchObject({ code: 1, stdout: "" });
    expect(end.stderr).toMatch(new RegExp(`^error: port_taken: port ${port} is taken by \\S+`));
    if (process.platform === "linux") expect(end.stderr).toContain(`(process ${process.pid})`);
  });

  test.runIf(ipv6)("says port_taken when only the other loopback has the port taken", async () => {
    const { port } = await hold("::1");
    const end = await serve(newHome(), port);
    expect(end).toMatchObject({ code: 1, stdout: "" });
    expect(end.stderr).toMatch(new RegExp(`^error: port_taken: port ${port} `));
  });

  test("leaves the home free after a start that failed", async () => {
    const home = newHome();
    const { port } = await hold("127.0.0.1");
    expect((await serve(home, port)).code).toBe(1);
    expect(existsSync(join(home, "run.json"))).toBe(false);
    await hubForTest({ home });
  });

  test.each([
    {
      what: "a value that is not allowed",
      text: '{\n  "consent": {\n    "default": "perhaps"\n  }\n}\n',
      at: "gatehouse.json:3:16: consent.default:",
    },
    {
      what: "a key that nothing knows",
      text: '{\n  // ours\n  "listen": { "prot": 1 }\n}\n',
      at: "gatehouse.json:3:15: listen.prot:",
    },
    { what: "broken JSON", text: '{\n  "listen": {\n    "port": ]\n', at: "gatehouse.json:3:13:" },
  ])("names line, column and key of $what in gatehouse.json", async ({ text, at }) => {
    const home = newHome();
    await expect(startHub({ home, config: text })).rejects.toThrow(at);
    const end = await serve(home);
    expect(end).toMatchObject({ code: 1, stdout: "" });
    expect(end.stderr).toMatch(/^error: config_invalid: /);
    expect(end.stderr).toContain(at);
  });

  test("says what is wrong with its own arguments and exits with 2", async () => {
    const end = await runCli(["serve", "--prot", "1"], undefined, process.env);
    expect(end).toMatchObject({ code: 2, stdout: "" });
    expect(end.stderr).toMatch(/^error: bad_usage: .*--prot/);
  });
});

describe("a hub that is told to end", () => {
  test("answers the call under way first, takes no new one, and leaves no process", async () => {
    const hub = await hubForTest({
      config: { mcpServers: { echo: echoServer(), deaf: echoServer("--ignore-signals", "--grandchild") } },
    });
    const token = await hub.addClient("ending");
    const client = await hub.connect(token);
    await client.toolNames();
    await client.call("deaf__echo", { text: "started" });
    const { answer } = await callUnderWay(client, "echo__");
    const ended = hub.kill("SIGTERM");
    expect(textOf((await answer).messages.at(-1) ?? {})).toBe("2 steps");
    // It says so while it is ending, and nobody answers once it has.
    const late = client.call("echo__echo", { text: "too late" }).then(
      ({ error }) => error?.data,
      () => ({ code: "closing" }),
    );
    expect(await late).toEqual({ code: "closing" });
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(hub.serverProcesses()).toEqual([]);

    const calls = JSON.parse((await hub.cli(["calls", "--json"])).stdout) as { calls: { tool: string }[] };
    expect(calls.calls.map((call) => call.tool)).toEqual(["progress", "echo"]);
  });
});
