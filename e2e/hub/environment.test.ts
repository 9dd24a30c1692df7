// A hub that is started as a dock or a menu does, with a bare PATH, finds what the person's shell finds (issue 7).
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ECHO_SERVER, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { PATIENCE, textOf } from "./kit.ts";
import { newHome } from "./trees.ts";

const BARE = "/usr/bin:/bin";
/** What a process started from a dock has; what would tell of a terminal or of CI is taken away. */
const bareEnvironment = (home: string) => ({
  PATH: BARE,
  HOME: home,
  TERM: "",
  SHLVL: "",
  CI: "",
  npm_lifecycle_event: "",
});

/** A person's home with a fake nvm, which only the rc files put into the PATH. */
function personWith(rc: (bin: string) => string): { home: string; bin: string } {
  const home = newHome();
  const bin = join(home, ".nvm", "versions", "node", "v24.0.0", "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, "only-under-nvm"));
  for (const file of [".bashrc", ".profile", ".zshrc"]) writeFileSync(join(home, file), rc(bin));
  return { home, bin };
}

async function hubIn(person: string, mcpServers: object) {
  const hub = await startHub({
    env: bareEnvironment(person),
    config: { consent: { default: "allow", newTools: "allow" }, mcpServers },
  });
  onTestFinished(() => hub.stop());
  const json = async (...args: string[]) => JSON.parse((await hub.cli([...args, "--json"])).stdout);
  const { token } = await json("client", "add", "tester");
  const client = new McpHttpClient(hub.url, { token });
  onTestFinished(() => client.close());
  await client.initialize();
  return { hub, client, json };
}

const failed = (json: (...args: string[]) => Promise<{ servers: { state: string; lastError: string }[] }>) =>
  waitFor(
    async () => {
      const [server] = (await json("status")).servers;
      return server?.state === "failed" && server;
    },
    { deadlineMs: PATIENCE, what: "the server to have failed" },
  );

describe.runIf(process.platform === "linux")("a hub with a bare PATH", () => {
  test("finds a server's command in the PATH that the person's rc file sets", async () => {
    const { home } = personWith((bin) => `echo "welcome"\nexport PATH="${bin}:$PATH"\n`);
    const { client } = await hubIn(home, { nvm: { command: "only-under-nvm", args: [ECHO_SERVER] } });
    expect(textOf(await client.call("nvm__echo", { text: "found" }))).toBe("found");
  });

  test("tells of a missing command the code, the whole PATH that was searched, and what to install", async () => {
    const { home, bin } = personWith((folder) => `export PATH="${folder}:/nowhere/at-all:$PATH"\n`);
    const uvx = join(bin, "uvx");
    symlinkSync(process.execPath, uvx);
    const { hub, client, json } = await hubIn(home, { py: { command: "uvx", args: [ECHO_SERVER] } });
    expect(textOf(await client.call("py__echo", { text: "there" }))).toBe("there");
    rmSync(uvx);
    await hub.cli(["server", "restart", "py"]);
    const { lastError } = await failed(json);
    const { error } = await client.call("py__echo", { text: "gone" });
    expect(error?.data).toMatchObject({ code: "command_not_found" });
    const tellers: readonly (string | undefined)[] = [lastError, error?.message];
    for (const told of tellers) {
      for (const sentence of [
        'The program "uvx" was not found in PATH (',
        // /etc/profile may have put the system's other folders between them.
        `${bin}, /nowhere/at-all [no such folder], /usr/`,
        ", /bin)",
        "This PATH is the one of the login shell /",
        'Install uv, which "uvx" is part of: https://docs.astral.sh/uv',
      ])
        expect(told).toContain(sentence);
    }
  });

  test("is not held up by an rc file that hangs: the usual folders are searched, and it says so", async () => {
    const { home } = personWith(() => "sleep 60\n");
    const local = join(home, ".local", "bin");
    mkdirSync(local, { recursive: true });
    writeFileSync(join(local, "from-installer"), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(join(local, "from-installer"), 0o755);
    const { hub, client } = await hubIn(home, { local: { command: "from-installer", args: [ECHO_SERVER] } });
    expect(textOf(await client.call("local__echo", { text: "found" }))).toBe("found");
    expect(hub.stderr()).toMatch(
      /login shell \S+ could not be asked for its PATH: it did not answer within 5 s/,
    );
  });

  test("finds a command that the person has installed after it was missing, at the next restart of the server", async () => {
    const { home, bin } = personWith((folder) => `export PATH="${folder}:$PATH"\n`);
    const { hub, json } = await hubIn(home, {
      late: { command: "late-one", args: [ECHO_SERVER], start: "eager" },
    });
    await failed(json);
    symlinkSync(process.execPath, join(bin, "late-one"));
    expect((await hub.cli(["server", "restart", "late"])).code).toBe(0);
    await waitFor(async () => (await json("status")).servers[0]?.state === "ready", {
      deadlineMs: PATIENCE,
      what: "the server to run",
    });
  });
});
