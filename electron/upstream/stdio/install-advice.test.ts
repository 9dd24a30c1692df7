import { expect, it } from "vitest";
import { findCommand } from "./find-command.ts";
import { installAdvice } from "./install-advice.ts";

it.each([
  ["npx", "linux", 'Install Node.js, which "npx" is part of: https://nodejs.org'],
  [
    "npx.cmd",
    "win32",
    'Install Node.js, which "npx" is part of: https://nodejs.org (winget install OpenJS.NodeJS.LTS)',
  ],
  ["uvx", "darwin", 'Install uv, which "uvx" is part of: https://docs.astral.sh/uv (brew install uv)'],
  ["docker", "linux", "Install Docker: https://docs.docker.com/get-started/get-docker"],
  [
    "python3",
    "linux",
    'Install Python 3, which "python3" is part of: https://www.python.org/downloads (sudo apt install python3)',
  ],
  ["Deno", "freebsd", "Install Deno: https://deno.com"],
  ["bunx", "linux", 'Install Bun, which "bunx" is part of: https://bun.sh'],
  ["my-own-server", "linux", undefined],
] as const)("%s on %s: %s", (command, platform, advice) => {
  expect(installAdvice(command, platform)).toBe(advice);
});

it("finding a command gives its file, or where it was looked for and what brings it", () => {
  const probe = (file: string) => ({ isFile: file === "/b/npx", executable: true });
  const options = { platform: "linux", probe } as const;
  expect(findCommand("npx", { path: "/a:/b" }, options)).toEqual({
    command: "npx",
    file: "/b/npx",
    executable: true,
    searched: [],
    advice: null,
  });
  expect(findCommand("npx", { path: "/b" }, { ...options, env: { PATH: "/a:/c" } })).toEqual({
    command: "npx",
    file: null,
    executable: false,
    searched: ["/a", "/c"],
    advice:
      'Install Node.js, which "npx" is part of: https://nodejs.org, or give its whole path as "command".',
  });
});
