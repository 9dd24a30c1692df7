import { expect, it } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { type ServerPlace, serverPlace } from "./whereabouts.ts";

const surroundings = { homedir: "/home/u", env: { WORK: "/srv/w" }, project: undefined };

it.each<[config: object, expected: ServerPlace]>([
  [
    { command: "npx", args: ["-y", "server"] },
    { where: "local", cwd: "/home/u" },
  ],
  [
    { command: "npx", args: ["-y", "server"], cwd: "/srv" },
    { where: "local", cwd: "/srv" },
  ],
  [
    { command: "npx", cwd: "~/proj" },
    { where: "local", cwd: "/home/u/proj" },
  ],
  [
    { command: "npx", cwd: "~" },
    { where: "local", cwd: "/home/u" },
  ],
  [
    { command: "npx", cwd: "${env:WORK}/x" },
    { where: "local", cwd: "/srv/w/x" },
  ],
  [
    { command: "npx", cwd: "${env:NONE}/x" },
    { where: "local", cwd: undefined },
  ],
  [
    { command: "npx", cwd: "${secret:place}" },
    { where: "local", cwd: undefined },
  ],
  [
    { command: "npx", cwd: "${project}" },
    { where: "local", cwd: undefined },
  ],
  [
    { command: "docker", args: ["run", "-i", "mcp/files"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "/usr/bin/podman", args: ["run", "x"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "C:\\Program Files\\Docker\\docker.exe", args: ["run", "x"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "sudo", args: ["-n", "docker", "run", "x"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "sh", args: ["-c", "exec docker run -i x"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "wsl.exe", args: ["server"] },
    { where: "container", cwd: undefined },
  ],
  [
    { command: "ssh", args: ["host", "server"] },
    { where: "remote", cwd: undefined },
  ],
  [
    { command: "npx", args: ["-y", "mcp-remote@latest", "https://x.example/mcp"] },
    { where: "remote", cwd: undefined },
  ],
  [
    { type: "http", url: "https://x.example/mcp" },
    { where: "remote", cwd: undefined },
  ],
])("a server such as %j has paths of its own or of this machine", (config, expected) => {
  expect(serverPlace(serverConfigSchema.parse(config), surroundings)).toEqual(expected);
});

it("a working folder in the project is known once the client has told one", () => {
  const config = serverConfigSchema.parse({ command: "npx", cwd: "${project}/sub" });
  expect(serverPlace(config, { ...surroundings, project: "/p" })).toEqual({ where: "local", cwd: "/p/sub" });
});
