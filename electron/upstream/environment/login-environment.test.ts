import { describe, expect, it } from "vitest";
import { createLoginEnvironments, type LoginOptions } from "./login-environment.ts";
import { type RunShell, ShellTimeout } from "./login-shell.ts";

/** A shell that prints what profiles print, and then answers. */
const shellWith =
  (path: string, more = ""): RunShell =>
  async (_shell, script) => {
    const mark = script.split(" ")[1]?.replace(";", "");
    return `welcome PATH=/profile-noise\n${mark}\n${path}\n${mark}\nFOO=1\nPATH=${path}\n${more}BAR=2\n${mark}\nbye\n`;
  };
const never: RunShell = () => Promise.reject(new Error("must not be asked"));
const logins = (options: LoginOptions) =>
  createLoginEnvironments({
    platform: "linux",
    env: { PATH: "/own" },
    shells: ["/bin/zsh"],
    wellKnown: () => ["/well/known"],
    ...options,
  });

describe("the environment that servers are found in", () => {
  it("is the login shell's PATH, with what only the hub's own has at the end, asked once", async () => {
    let asked = 0;
    const run: RunShell = (...args) => {
      asked += 1;
      return shellWith("/home/me/.nvm/bin:/usr/bin")(...args);
    };
    const login = logins({ platform: "darwin", env: { PATH: "/usr/bin:/app/bin" }, run });
    const [first, second] = await Promise.all([login.get(), login.get()]);
    expect(await login.get()).toBe(first);
    expect(second).toBe(first);
    expect(first).toMatchObject({
      path: "/home/me/.nvm/bin:/usr/bin:/app/bin",
      source: "login-shell",
      shell: "/bin/zsh",
      problem: null,
    });
    expect(asked).toBe(1);
  });

  it("takes language, proxies and the homes of tools along, and nothing else that a profile exports", async () => {
    const more =
      "LANG=de_DE.UTF-8\nHTTPS_PROXY=http://proxy:1\nNVM_DIR=/n\nGITHUB_TOKEN=secret\nSSH_AUTH_SOCK=/s\nLINES=x\n    PATH=/in/a/function\n";
    expect((await logins({ run: shellWith("/a", more) }).get()).variables).toEqual({
      LANG: "de_DE.UTF-8",
      HTTPS_PROXY: "http://proxy:1",
      NVM_DIR: "/n",
    });
  });

  it.each([
    ["started from a terminal", { PATH: "/a", TERM: "xterm", SHLVL: "1" }],
    ["in CI", { PATH: "/a", CI: "true" }],
  ] as const)("is the hub's own %s, and no shell is asked", async (_name, env) => {
    expect(await logins({ env, run: never }).get()).toMatchObject({ path: "/a", source: "own" });
  });

  it.each(["/usr/bin:/bin", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ""])(
    "is the shell's even then, when the hub's own PATH is as bare as %j",
    async (path) => {
      const env = { PATH: path, TERM: "xterm", SHLVL: "1", CI: "1" };
      expect((await logins({ env, run: shellWith("/nvm") }).get()).path.split(":")[0]).toBe("/nvm");
    },
  );

  it("is found out anew on demand, of the shell too where the hub's own PATH was good enough before", async () => {
    let path = "/before";
    const env = { PATH: "/a", TERM: "xterm", SHLVL: "1" };
    const login = logins({ env, run: (...args) => shellWith(path)(...args) });
    expect((await login.get()).path).toBe("/a");
    expect((await login.refresh()).path).toBe("/a:/before");
    path = "/after";
    const [first, second] = await Promise.all([login.refresh(), login.refresh()]);
    expect(first).toBe(second);
    expect(await login.get()).toBe(first);
    expect(first.path).toBe("/a:/after");
  });

  it("is another shell's when one is no POSIX shell, or replaces itself by something mute", async () => {
    const tried: string[] = [];
    const login = logins({
      shells: ["/bin/nu", "/bin/mute", "/bin/bash", "/bin/other"],
      run: (shell, script) => {
        tried.push(shell);
        if (shell === "/bin/nu") return Promise.reject(new Error("bad flag"));
        return shell === "/bin/mute" ? Promise.resolve("nothing") : shellWith("/b")(shell, script);
      },
    });
    expect(await login.get()).toMatchObject({ path: "/b:/own", shell: "/bin/bash", problem: null });
    expect(tried).toEqual(["/bin/nu", "/bin/mute", "/bin/bash"]);
  });

  it("falls back to the hub's own PATH and the usual folders when none answers, and says so", async () => {
    const warnings: string[] = [];
    const login = logins({
      shells: ["/bin/nu", "/bin/mute"],
      run: (shell) =>
        shell === "/bin/nu" ? Promise.reject(new Error("bad flag")) : Promise.resolve("nothing"),
      log: (_level, message) => warnings.push(message),
    });
    const problem =
      "The login shell /bin/nu could not be asked for its PATH: bad flag. The login shell /bin/mute did not tell its PATH.";
    expect(await login.get()).toMatchObject({ path: "/own:/well/known", source: "well-known", problem });
    expect(warnings).toEqual([
      `${problem} Programs are looked for in the hub's own PATH and the usual folders.`,
    ]);
  });

  it("waits for one hanging profile only: the next shell would most likely wait for the same", async () => {
    const tried: string[] = [];
    const login = logins({
      shells: ["/bin/zsh", "/bin/bash"],
      run: (shell) => {
        tried.push(shell);
        return Promise.reject(new ShellTimeout("it did not answer within 5 s"));
      },
    });
    expect(await login.get()).toMatchObject({
      source: "well-known",
      problem: expect.stringContaining("within 5 s"),
    });
    expect(tried).toEqual(["/bin/zsh"]);
  });

  it("on Windows is the hub's own PATH and the usual folders, and no shell is asked", async () => {
    const env = { Path: "C:\\a;C:\\b" };
    const login = logins({ platform: "win32", env, run: never, wellKnown: () => ["C:\\b", "C:\\node"] });
    expect(await login.get()).toMatchObject({ path: "C:\\a;C:\\b;C:\\node", problem: null });
  });

  it("has npm's own folders at its end when npm started the hub", async () => {
    const bin = "/src/gatehouse/node_modules/.bin";
    const env = {
      CI: "1",
      npm_lifecycle_event: "gatehouse",
      PATH: `${bin}:/src/node_modules/.bin:/lib/npm/node-gyp-bin:/home/me/bin:/x/node_modules/.bin:/usr/bin`,
    };
    expect((await logins({ env, run: never }).get()).path).toBe(
      `/home/me/bin:/x/node_modules/.bin:/usr/bin:${bin}:/src/node_modules/.bin:/lib/npm/node-gyp-bin`,
    );
    const outside = { ...env, npm_lifecycle_event: undefined };
    expect((await logins({ env: outside, run: never }).get()).path).toBe(env.PATH);
  });

  it("tells how long finding out took", async () => {
    let now = 1_000;
    const clock = { now: () => now, after: () => () => undefined };
    const run: RunShell = (...args) => {
      now += 700;
      return shellWith("/b")(...args);
    };
    expect(await logins({ clock, run }).get()).toMatchObject({ tookMs: 700, at: 1_700 });
  });
});
