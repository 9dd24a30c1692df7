import { describe, expect, it } from "vitest";
import { createLoginPath, type RunShell, runLoginShell } from "./login-path.ts";

const shellWith =
  (path: string): RunShell =>
  async (_shell, script) => {
    const mark = script.split(" ")[1]?.replace(";", "");
    return `welcome PATH=/profile-noise\n${mark}\nFOO=1\nPATH=${path}\nBAR=2\n${mark}\nbye\n`;
  };
const never: RunShell = () => Promise.reject(new Error("must not be asked"));

describe("the PATH for servers", () => {
  it("is the login shell's, with what only the hub's own has at the end, asked once", async () => {
    let asked = 0;
    const run: RunShell = (...args) => {
      asked += 1;
      return shellWith("/home/me/.nvm/bin:/usr/bin")(...args);
    };
    const path = createLoginPath({
      platform: "darwin",
      env: { PATH: "/usr/bin:/app/bin" },
      shells: ["/bin/zsh"],
      run,
    });
    expect([await path(), await path(), asked]).toEqual([
      "/home/me/.nvm/bin:/usr/bin:/app/bin",
      "/home/me/.nvm/bin:/usr/bin:/app/bin",
      1,
    ]);
  });

  it.each([
    ["on Windows", "win32", { Path: "C:\\a" }, "C:\\a"],
    ["started from a terminal", "linux", { PATH: "/a", TERM: "xterm", SHLVL: "1" }, "/a"],
    ["in CI", "linux", { PATH: "/a", CI: "true" }, "/a"],
  ] as const)("is the hub's own %s, and no shell is asked", async (_name, platform, env, expected) => {
    expect(await createLoginPath({ platform, env, run: never, shells: ["/bin/sh"] })()).toBe(expected);
  });

  it("falls back to another shell when one is no POSIX shell, and to the hub's own when none answers", async () => {
    const tried: string[] = [];
    const warnings: string[] = [];
    const path = createLoginPath({
      platform: "linux",
      env: { PATH: "/own" },
      shells: ["/bin/nu", "/bin/mute"],
      run: (shell) => {
        tried.push(shell);
        return shell === "/bin/nu" ? Promise.reject(new Error("bad flag")) : Promise.resolve("nothing");
      },
      log: (_level, message) => warnings.push(message),
    });
    expect(await path()).toBe("/own");
    expect(tried).toEqual(["/bin/nu", "/bin/mute"]);
    expect(warnings).toHaveLength(2);
  });

  it("has npm's own folders at its end when npm started the hub", async () => {
    const bin = "/src/gatehouse/node_modules/.bin";
    const env = {
      CI: "1",
      npm_lifecycle_event: "gatehouse",
      PATH: `${bin}:/src/node_modules/.bin:/lib/npm/node-gyp-bin:/home/me/bin:/x/node_modules/.bin:/usr/bin`,
    };
    expect(await createLoginPath({ platform: "linux", env, run: never })()).toBe(
      `/home/me/bin:/x/node_modules/.bin:/usr/bin:${bin}:/src/node_modules/.bin:/lib/npm/node-gyp-bin`,
    );
    const outside = { ...env, npm_lifecycle_event: undefined };
    expect(await createLoginPath({ platform: "linux", env: outside, run: never })()).toBe(env.PATH);
  });

  it.skipIf(process.platform === "win32")("comes from a real shell", async () => {
    const path = createLoginPath({ env: { PATH: "/own-only" }, shells: ["/bin/bash"] });
    expect((await path()).split(":")).toEqual(expect.arrayContaining(["/usr/bin", "/own-only"]));
  });

  it.skipIf(process.platform === "win32")(
    "is not waited for longer than the limit: the shell is killed",
    async () => {
      let expire: () => void = () => undefined;
      const clock = {
        now: () => 0,
        after: (_ms: number, action: () => void) => {
          expire = action;
          return () => undefined;
        },
      };
      const answer = runLoginShell("/bin/bash", "sleep 60", 5_000, clock);
      expire();
      await expect(answer).rejects.toThrow("did not answer within 5 s");
    },
  );
});
