import { describe, expect, it } from "vitest";
import { packageSpecOf } from "./package-spec.ts";

const npx = (name: string, wanted = "", specs = [wanted === "" ? name : `${name}@${wanted}`]) => ({
  runner: "npx",
  name,
  wanted,
  specs,
});

describe("the package of a command line", () => {
  it.each<[string, object | undefined]>([
    ["npx -y @scope/server-files /tmp", npx("@scope/server-files")],
    ["npx --yes server-files@1.2.3", npx("server-files", "1.2.3")],
    ["npx -y @scope/x@latest --flag", npx("@scope/x", "latest")],
    ["npx -y -p @scope/x -p other x-bin", npx("@scope/x", "", ["@scope/x", "other"])],
    ["npx --package=x@2 -- x-bin --port 3", npx("x", "2")],
    ["npx --registry https://r.example x", npx("x")],
    ["npx.cmd -y x", npx("x")],
    ["/usr/local/bin/npx x", npx("x")],
    ["C:\\node\\npx.cmd x", npx("x")],
    ["cmd /c npx -y x", npx("x")],
    ["npm exec -y -- x", npx("x")],
    ["npm x x", npx("x")],
    ["npm run x", undefined],
    ["npx ./local", undefined],
    ["npx github:a/b", undefined],
    ["npx https://example.com/x.tgz", undefined],
    ["npx a@npm:b@1", undefined],
    ["npx", undefined],
    ["npx -y ${env:PACKAGE}", undefined],
    ["uvx mcp-server-git --repository x", { runner: "uvx", name: "mcp-server-git", wanted: "" }],
    ["uvx MCP_Server.Git@0.6.2", { runner: "uvx", name: "mcp-server-git", wanted: "0.6.2" }],
    ["uvx pkg@latest", { runner: "uvx", name: "pkg", wanted: "" }],
    ["uvx --from pkg[cli]==1.0 tool", { runner: "uvx", name: "pkg", wanted: "1.0" }],
    ["uvx --python 3.12 --with other pkg", { runner: "uvx", name: "pkg", wanted: "" }],
    ["uv tool run pkg", { runner: "uvx", name: "pkg", wanted: "" }],
    ["uvx --from git+https://example.com/x tool", undefined],
    ["uv run server.py", undefined],
    ["docker run -i --rm mcp/fetch", { runner: "docker", command: "docker", image: "mcp/fetch" }],
    [
      "docker run -i --rm -e TOKEN -v /a:/b --mount=type=bind --name x ghcr.io/a/b:1 stdio",
      { runner: "docker", command: "docker", image: "ghcr.io/a/b:1" },
    ],
    [
      "docker container run -it img@sha256:00",
      { runner: "docker", command: "docker", image: "img@sha256:00" },
    ],
    ["podman run --rm img", { runner: "docker", command: "podman", image: "img" }],
    ["docker exec -i c x", undefined],
    ["docker --context other run img", undefined],
    ["docker run", undefined],
    ["node server.js", undefined],
  ])("%s", (line, expected) => {
    const [command = "", ...args] = line.split(" ");
    expect(packageSpecOf(command, args)).toEqual(expected);
  });
});
