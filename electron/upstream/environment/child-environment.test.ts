import { describe, expect, it } from "vitest";
import { childEnvironment, variable } from "./child-environment.ts";
import { formatMark, instancePrefix, markInEnvironment } from "./marker.ts";

const secretBase = {
  DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/bus",
  SSH_AUTH_SOCK: "/run/agent",
  NODE_OPTIONS: "--require /x.js",
  ELECTRON_RUN_AS_NODE: "1",
  GATEHOUSE_HOME: "/gh",
  npm_lifecycle_event: "start",
  npm_config_prefix: "/p",
  AWS_SECRET_ACCESS_KEY: "k",
  DISPLAY: ":0",
  XDG_RUNTIME_DIR: "/run/user/1",
  MCP_HUB_MARK: "outer:x:1",
};

describe("childEnvironment", () => {
  const cases = [
    {
      platform: "linux",
      base: {
        HOME: "/home/me",
        LANG: "C",
        LC_TIME: "de",
        PATH: "/own",
        https_proxy: "p",
        npm_config_registry: "r",
      },
      kept: {
        HOME: "/home/me",
        LANG: "C",
        LC_TIME: "de",
        PATH: "/bin",
        https_proxy: "p",
        npm_config_registry: "r",
      },
    },
    {
      platform: "darwin",
      base: { HOME: "/Users/me", TMPDIR: "/var/t", USER: "me", SHELL: "/bin/zsh", home: "no" },
      kept: { HOME: "/Users/me", TMPDIR: "/var/t", USER: "me", SHELL: "/bin/zsh", PATH: "/bin" },
    },
    {
      platform: "win32",
      base: {
        Path: "C:\\own",
        SYSTEMROOT: "C:\\Windows",
        AppData: "C:\\a",
        "ProgramFiles(x86)": "C:\\p",
        PSModulePath: "no",
      },
      kept: { Path: "/bin", SYSTEMROOT: "C:\\Windows", AppData: "C:\\a", "ProgramFiles(x86)": "C:\\p" },
    },
  ] as const;

  it.each(cases)(
    "on $platform is a safe base and what was declared, and nothing else",
    ({ platform, base, kept }) => {
      const declared = { TOKEN: "t" };
      const env = childEnvironment({
        platform,
        base: { ...secretBase, ...base },
        declared,
        path: "/bin",
        marker: "i:s:1",
      });
      expect(env).toEqual({ ...kept, TOKEN: "t", MCP_HUB_MARK: "i:s:1" });
    },
  );

  it("lets the declared variables win, even those never passed on, but not over the mark", () => {
    const declared = { SSH_AUTH_SOCK: "/mine", PATH: "/only", HOME: "/h", MCP_HUB_MARK: "fake" };
    const base = { ...secretBase, HOME: "/home/me" };
    expect(childEnvironment({ platform: "linux", base, declared, path: "/bin", marker: "i:s:1" })).toEqual({
      SSH_AUTH_SOCK: "/mine",
      PATH: "/only",
      HOME: "/h",
      MCP_HUB_MARK: "i:s:1",
    });
  });

  it("never holds a name twice on Windows, where case does not count", () => {
    const declared = { PATH: "C:\\mine", systemroot: "D:\\W" };
    const base = { SystemRoot: "C:\\Windows", Path: "C:\\own" };
    const env = childEnvironment({ platform: "win32", base, declared, path: "C:\\bin", marker: "i:s:1" });
    expect(env).toEqual({ PATH: "C:\\mine", systemroot: "D:\\W", MCP_HUB_MARK: "i:s:1" });
    expect(variable(env, "Path", "win32")).toBe("C:\\mine");
    expect(variable({ Path: "x" }, "PATH", "linux")).toBeUndefined();
  });
});

describe("the mark", () => {
  it("names instance, server and number, and its prefix tells the instance", () => {
    expect(formatMark("ab12", "my files:x", 3)).toBe("ab12:my_files_x:3");
    expect("ab12:files:1".startsWith(instancePrefix("ab12"))).toBe(true);
    expect("ab12c:files:1".startsWith(instancePrefix("ab12"))).toBe(false);
  });

  it.each([
    ["MCP_HUB_MARK=a:b:1\0HOME=/", "a:b:1"],
    ["HOME=/\0MCP_HUB_MARK=a:b:1\0", "a:b:1"],
    ["HOME=/\0MCP_HUB_MARK=a:b:1", "a:b:1"],
    ["X=MCP_HUB_MARK=a:b:1\0", null],
    ["XMCP_HUB_MARK=a\0MCP_HUB_MARKER=b\0", null],
    ["MCP_HUB_MARK=\0", null],
    ["", null],
  ])("in %j is %j", (block, mark) => {
    expect(markInEnvironment(block)).toBe(mark);
  });
});
