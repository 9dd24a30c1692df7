import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { allGone, fixture, isAlive, loginWith, type OpenServer, openServer } from "../fixtures/harness.ts";
import type { LoginEnvironment, TransportFactoryOptions } from "../index.ts";

const opened: OpenServer[] = [];
const folders: string[] = [];

const start = (
  launch: Parameters<typeof openServer>[0],
  options?: Partial<TransportFactoryOptions>,
): OpenServer => {
  const server = openServer(launch, options);
  opened.push(server);
  return server;
};
const speak = (act: string): OpenServer => start({ args: [fixture("speak.mjs"), act] });
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-"));
  folders.push(folder);
  return folder;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.transport.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("messages", () => {
  it("go to the server and back unchanged, also in pieces and before it is up", async () => {
    const server = start({ args: [fixture("echo.mjs")] });
    const written: (Error | undefined)[] = [];
    expect(
      server.transport.send([Buffer.from('{"id":'), Buffer.from("1}")], (error) => written.push(error)),
    ).toBe(true);
    expect((await server.message(0)).toString()).toBe('{"id":1}');
    expect(written).toEqual([undefined]);
    expect(await server.opened).toBe(server.transport.pid);
  });

  it("of 20 MB go both ways byte for byte", async () => {
    const server = start({ args: [fixture("echo.mjs")] });
    const text = randomBytes(10 * 1024 * 1024).toString("hex");
    const parts = [Buffer.from('{"text":"'), Buffer.from(text), Buffer.from('"}')];
    expect(server.transport.send(parts)).toBe(false);
    expect(Buffer.compare(await server.message(0), Buffer.concat(parts))).toBe(0);
    expect(server.drains).toBe(1);
  });

  it("keep their order however many are sent at once", async () => {
    const server = start({ args: [fixture("echo.mjs")] });
    const sizes = [1, 70_000, 5, 200_000, 3, 64 * 1024, 10];
    for (const size of sizes) server.transport.send([Buffer.from(`["${"x".repeat(size)}"]`)]);
    await server.message(sizes.length - 1);
    expect(server.messages.map((message) => message.length - 4)).toEqual(sizes);
  });

  it("split inside a UTF-8 character arrive whole", async () => {
    expect((await speak("split").message(0)).toString()).toBe('{"text":"€"}');
  });

  it("may end with CRLF, and empty lines are nothing", async () => {
    const server = speak("crlf");
    await server.message(1);
    expect(server.messages.map(String)).toEqual(['{"a":1}', '{"b":2}']);
    expect(server.noise).toEqual([]);
  });

  it("are told from noise: text, and what is not UTF-8", async () => {
    const server = speak("garbage");
    await server.until(() => server.noise.length === 3);
    expect(server.noise).toEqual(["Server started on stdio", "{\ufffd\ufffd}", "not json"]);
    expect(server.messages.map(String)).toEqual([" \t[1]"]);
  });

  it("over 64 MB end the server with a clear code", async () => {
    expect(await speak("endless").closed).toMatchObject({ code: "message_too_large" });
  });

  it("are held back while the transport is paused", async () => {
    const server = start({ args: [fixture("echo.mjs")] });
    server.transport.pause();
    const done = Promise.withResolvers<void>();
    server.transport.send([Buffer.from("[1]")], () => done.resolve());
    await done.promise;
    server.transport.resume();
    expect((await server.message(0)).toString()).toBe("[1]");
  });
});

describe("a server that never reads its stdin", () => {
  it("makes send return false, blocks nothing, and can be stopped; what waited was never written", async () => {
    const server = speak("deaf");
    await server.message(0);
    const outcomes: string[] = [];
    const send = (size: number, name: string): boolean =>
      server.transport.send([Buffer.alloc(size, 0x20)], (error) =>
        outcomes.push(`${name} ${error ? "unwritten" : "written"}`),
      );
    expect(send(600_000, "first")).toBe(true);
    expect(send(600_000, "second")).toBe(false);
    expect(send(10, "third")).toBe(false);
    await server.transport.stop();
    expect(outcomes.toSorted()).toEqual(["first written", "second unwritten", "third unwritten"]);
    expect(server.drains).toBe(0);
    const { pid } = server.transport;
    expect(pid !== null && isAlive(pid)).toBe(false);
  });
});

describe("stderr", () => {
  it("comes line by line, overlong lines cut, the last one without a line end too", async () => {
    const server = speak("chatter");
    await server.until(() => server.stderr.length === 1);
    await server.transport.stop();
    expect(server.stderr[0]).toBe(`${"long".repeat(2_048)}…`);
    expect(server.stderr[1]).toBe("unfinished");
  });
});

describe("the end", () => {
  it("of a server that crashes at its start names the exit code, the time and its last words", async () => {
    const server = speak("crash");
    const end = await server.closed;
    expect(end).toMatchObject({
      code: "exited",
      exitCode: 3,
      signal: null,
      stderrTail: ["reading config", "error: no token"],
    });
    expect(end.message).toMatch(/^The server exited with code 3, [\d.]+ s after its start: error: no token$/);
    let refused: Error | undefined;
    await new Promise<void>((resolve) => {
      server.transport.send([Buffer.from("{}")], (error) => {
        refused = error;
        resolve();
      });
    });
    expect(refused?.message).toBe(end.message);
    await server.transport.stop();
    expect(server.ends).toHaveLength(1);
  });

  it("by stop lets a well-behaved server go when its stdin closes", async () => {
    const server = start({ args: [fixture("echo.mjs")] });
    await server.opened;
    await server.transport.stop();
    expect(await server.closed).toMatchObject({ code: "stopped", exitCode: 0, signal: null });
  });

  it("by stop before the process was spawned starts none", async () => {
    const known = Promise.withResolvers<LoginEnvironment>();
    const login = { ...loginWith(""), get: () => known.promise };
    const server = start({ args: [fixture("echo.mjs")] }, { login });
    await server.transport.stop();
    known.resolve(await loginWith("").get());
    expect(await server.closed).toMatchObject({ code: "stopped" });
    await Promise.resolve();
    expect(server.transport.pid).toBeNull();
  });

  it("comes for a server that closed its stdout and lives on", async () => {
    const server = speak("mute");
    const end = await server.closed;
    expect(end.code).toBe("exited");
    expect(end.message).toContain("closed its stdout and was therefore ended");
    expect(server.messages.map(String)).toEqual(['{"last":true}']);
  });

  it("comes at once when the server exits although a grandchild holds its pipes, and takes the grandchild along", async () => {
    const server = start({ args: [fixture("forker.mjs"), "hold"] });
    const { grandchild } = JSON.parse((await server.message(0)).toString());
    expect(await server.closed).toMatchObject({ code: "exited", exitCode: 0 });
    await server.transport.stop();
    await allGone([grandchild]);
  });

  it("is total for a tree that ignores signals and has left the process group", async () => {
    const server = start(
      { args: [fixture("forker.mjs")] },
      { grace: { stdinMs: 50, termMs: 50, killMs: 5_000 } },
    );
    const { pid, grandchild } = JSON.parse((await server.message(0)).toString());
    await server.transport.stop();
    expect([pid, grandchild].filter(isAlive)).toEqual([]);
  });

  it("of a child that ignores SIGTERM is SIGKILL", async () => {
    const server = start(
      { args: [fixture("stubborn.mjs")] },
      { grace: { stdinMs: 30, termMs: 30, killMs: 5_000 } },
    );
    await server.message(0);
    await server.transport.stop();
    expect(await server.closed).toMatchObject({ code: "stopped", signal: "SIGKILL" });
  });
});

describe("a start that fails", () => {
  it("names a missing command, the whole PATH that was searched, who named it, and what to install", async () => {
    const folder = temporary();
    const gone = join(folder, "gone");
    const end = await start(
      { command: "uvx" },
      { login: loginWith(`${folder}${delimiter}${gone}`, { source: "login-shell", shell: "/bin/zsh" }) },
    ).closed;
    expect(end).toMatchObject({ code: "command_not_found", exitCode: null });
    const [lead, tail] = end.message.split("https://docs.astral.sh/uv");
    expect(lead).toBe(
      `The program "uvx" was not found in PATH (${folder}, ${gone} [no such folder]). ` +
        'This PATH is the one of the login shell /bin/zsh. Install uv, which "uvx" is part of: ',
    );
    expect(tail).toMatch(/, or give its whole path as "command"\.$/);
  });

  it("says so when the PATH is the one that the person has declared, and of an unknown program no more than to install it", async () => {
    const folder = temporary();
    const end = await start({ command: "no-such-program", env: { PATH: folder } }).closed;
    expect(end.message).toBe(
      `The program "no-such-program" was not found in PATH (${folder}). This PATH is the one in the server's "env". Install it, or give its whole path as "command".`,
    );
  });

  it("asks for the environment anew before it gives up, as the person may have installed the program meanwhile", async () => {
    const known = loginWith(temporary(), { at: 0 });
    let asked = 0;
    const login = {
      get: known.get,
      refresh: () => {
        asked += 1;
        return loginWith(dirname(process.execPath)).get();
      },
    };
    const server = start({ command: "node", args: [fixture("echo.mjs")] }, { login });
    await server.opened;
    expect(asked).toBe(1);
    await server.transport.stop();
  });

  it("tells a missing working folder from a missing command", async () => {
    const cwd = join(temporary(), "gone");
    const end = await start({ cwd }).closed;
    expect(end).toMatchObject({ code: "spawn_failed" });
    expect(end.message).toBe(`Its working folder ${cwd} does not exist. Create it, or correct "cwd".`);
  });

  it.skipIf(process.platform === "win32")("tells a missing interpreter from a missing program", async () => {
    const command = join(temporary(), "script");
    writeFileSync(command, "#!/no/such/interpreter\n", { mode: 0o755 });
    const end = await start({ command }).closed;
    expect(end).toMatchObject({ code: "spawn_failed" });
    expect(end.message).toContain("the interpreter that its first line names is not");
  });

  it.skipIf(process.platform === "win32")("says when the program may not be executed", async () => {
    const command = join(temporary(), "script");
    writeFileSync(command, "#!/bin/sh\n", { mode: 0o644 });
    expect((await start({ command }).closed).message).toContain("is not executable");
  });

  it("reports everything that was queued as never written", async () => {
    const server = start({ command: "/no/such/program" });
    const error = await new Promise<Error | undefined>((resolve) => {
      server.transport.send([Buffer.from("{}")], resolve);
    });
    expect(error?.message).toBe(
      'The program /no/such/program does not exist. Correct "command", or install it there.',
    );
  });
});

describe("the server's surroundings", () => {
  it("are a safe environment, the declared variables, the mark, and the home folder", async () => {
    const server = start(
      { args: [fixture("speak.mjs"), "environment"], env: { TOKEN: "t" } },
      {
        instance: "abc",
        env: { HOME: "/home/me", NODE_OPTIONS: "--bad", SSH_AUTH_SOCK: "/s", GATEHOUSE_HOME: "/g" },
        login: loginWith("/usr/bin", { variables: { LANG: "de_DE.UTF-8", NVM_DIR: "/home/me/.nvm" } }),
      },
    );
    const { env, cwd } = JSON.parse((await server.message(0)).toString());
    expect(env).toEqual({
      HOME: "/home/me",
      LANG: "de_DE.UTF-8",
      NVM_DIR: "/home/me/.nvm",
      PATH: "/usr/bin",
      TOKEN: "t",
      MCP_HUB_MARK: "abc:fixture:1",
    });
    expect(cwd).toBe(homedir());
  });
});
