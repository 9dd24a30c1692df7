import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Diagnosis, DiagnosisCheck } from "../../shared/model/diagnosis.ts";
import { echoServer, runCli } from "../lib/hub.ts";
import { processesWith } from "../lib/processes.ts";
import { hubForTest, marked, newMark } from "./kit.ts";
import { newHome } from "./trees.ts";

/** Runs `doctor --json` on a home; gives what it found by id, and the exit code. */
async function doctor(home: string, env: Record<string, string> = {}, ...args: string[]) {
  const { code, stdout } = await runCli(["doctor", "--json", "--home", home, ...args], undefined, {
    ...process.env,
    ...env,
  });
  const found = JSON.parse(stdout) as Diagnosis;
  const check = (id: string): DiagnosisCheck | undefined => found.checks.find((one) => one.id === id);
  return { code, found, check };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-doctor-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const write = (home: string, config: object | string): void =>
  writeFileSync(join(home, "gatehouse.json"), typeof config === "string" ? config : JSON.stringify(config), {
    mode: 0o600,
  });

test("without a hub: servers that fail to start are told with their codes, and a secret is kept out of the report", async () => {
  const home = newHome();
  const mark = newMark();
  const crash = "process.stderr.write('API_TOKEN=tops3cret is wrong\\n', () => process.exit(3))";
  write(
    home,
    marked(
      {
        mcpServers: {
          good: echoServer(),
          crashes: { command: process.execPath, args: ["-e", crash] },
          missing: { command: "no-such-program-anywhere" },
          off: { command: "no-such-program-anywhere", enabled: false },
        },
      },
      mark,
    ),
  );
  const { code, found, check } = await doctor(home);
  expect(code).toBe(1);
  expect(check("server:good")).toMatchObject({
    status: "ok",
    sentence: expect.stringContaining("it starts"),
  });
  expect(check("server:crashes")).toMatchObject({ status: "fail", code: "exited" });
  expect(check("server:missing")).toMatchObject({ status: "fail", code: "command_not_found" });
  expect(check("server:off")).toMatchObject({ status: "ok" });
  expect(check("database")).toMatchObject({ status: "ok" });
  expect(found.checks[0]?.status).toBe("fail");
  expect(JSON.stringify(found)).not.toContain("tops3cret");
  expect(found.report).toContain("[command_not_found]");
  expect(processesWith(mark)).toEqual([]);
});

test("a missing npx that an enabled server needs is found", async () => {
  const home = newHome();
  write(home, { mcpServers: { files: { command: "npx", args: ["-y", "nothing"] } } });
  const bin = folder();
  symlinkSync(process.execPath, join(bin, "node"));
  const { code, check } = await doctor(home, { PATH: bin, CI: "1", SHELL: "/bin/false" });
  expect(code).toBe(1);
  expect(check("node")).toMatchObject({ status: "ok" });
  expect(check("npx")).toMatchObject({
    status: "fail",
    code: "program_missing",
    sentence: expect.stringContaining("needed by files"),
  });
});

test("a port that another program holds is found, with its holder", async () => {
  const home = newHome();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  write(home, { listen: { port } });
  const { code, check } = await doctor(home);
  expect(code).toBe(1);
  expect(check("port")).toMatchObject({ status: "fail", code: "port_taken" });
  if (process.platform === "linux") expect(check("port")?.sentence).toContain(`process ${process.pid}`);
});

test("a configuration that no hub can start with does not keep the doctor from looking", async () => {
  const home = newHome();
  write(home, '{ "listen": 3 }');
  const { code, check } = await doctor(home);
  expect(code).toBe(1);
  expect(check("hub")).toMatchObject({ status: "fail", code: "config_invalid" });
  expect(check("node")).toBeDefined();
});

test.runIf(process.platform !== "win32")("files that others may read are found", async () => {
  const home = newHome();
  write(home, {});
  chmodSync(join(home, "gatehouse.json"), 0o644);
  mkdirSync(join(home, "logs"), { recursive: true });
  const { check } = await doctor(home);
  expect(check("permissions")).toMatchObject({ status: "warn", code: "permissions_loose" });
});

test("with a running hub: what runs is left alone, the rest is tried, and one server can be asked for", async () => {
  const mcpServers = { runs: { ...echoServer(), start: "eager" }, lazy: echoServer() };
  const hub = await hubForTest({ config: { mcpServers } });
  const client = await hub.connect(await hub.addClient("one"));
  await client.toolNames();
  const { pid } = JSON.parse(await hub.command("status", "--json")).servers.find(
    ({ name }: { name: string }) => name === "runs",
  );
  const all = await doctor(hub.home);
  expect(all.check("server:runs")).toMatchObject({
    status: "ok",
    sentence: expect.stringContaining("left alone"),
  });
  expect(all.check("port")).toMatchObject({ status: "ok", sentence: expect.stringContaining(hub.url) });
  expect(all.check("shim")).toMatchObject({ status: "ok" });
  expect((await hub.server("runs")) as object).toMatchObject({ state: "ready", pid });
  const one = await doctor(hub.home, {}, "--server", "lazy");
  expect(one.code).toBe(0);
  expect(one.found.checks.map(({ id }) => id).sort()).toEqual(["path", "proxies", "server:lazy"]);
});

test("explain prints the section of a code, and says when there is none", async () => {
  const told = await runCli(["explain", "port_taken"], undefined, process.env);
  expect([told.code, told.stdout]).toEqual([0, expect.stringContaining("What to do: End the program")]);
  const unknown = await runCli(["explain", "port_token"], undefined, process.env);
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringMatching(/^error: not_found: .*port_taken/),
  ]);
});
