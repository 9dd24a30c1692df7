import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { serverConfigSchema } from "../../../../shared/model/config.ts";
import { type PackageListener, watchPackages } from "./package-watch.ts";
import type { PackageSystem } from "./system.ts";

const AT = Date.parse("2026-11-20T10:00:00Z");

/** A machine that has these files (folders are made of them), and prints what `programs` says. */
function machine(
  files: Record<string, string>,
  more: Partial<PackageSystem> & { programs?: Record<string, string>; times?: Record<string, number> } = {},
): PackageSystem {
  const separator = more.platform === "win32" ? "\\" : "/";
  return {
    platform: "linux",
    home: "/home/ada",
    env: {},
    readText: (path) => Promise.resolve(files[path]),
    list: (folder) =>
      Promise.resolve([
        ...new Set(
          Object.keys(files)
            .filter((path) => path.startsWith(folder + separator))
            .map((path) => path.slice(folder.length + 1).split(separator)[0] ?? ""),
        ),
      ]),
    modifiedAt: (path) => Promise.resolve(more.times?.[path] ?? AT),
    run: (command, args) => Promise.resolve(more.programs?.[[command, ...args].join(" ")]),
    ...more,
  };
}

/** What a start of a server with this command line is told to have found. */
async function found(system: PackageSystem, line: string, cwd?: string): Promise<unknown> {
  const told: unknown[] = [];
  const listener: PackageListener = {
    found: (_server, identity, text) => told.push([JSON.parse(identity), JSON.parse(text)]),
    none: () => told.push("none"),
  };
  const [command = "", ...args] = line.split(" ");
  const config = serverConfigSchema.parse({ command, args, ...(cwd === undefined ? {} : { cwd }) });
  await watchPackages(system, listener)({ name: "s", config });
  expect(told.length).toBeLessThan(2);
  return told[0];
}

const npxFolder = (cache: string, spec: string): string =>
  `${cache}/_npx/${createHash("sha512").update(spec).digest("hex").slice(0, 16)}/node_modules`;
const npmFiles = (modules: string, name: string, version: string, integrity = `sha512-${version}`) => ({
  [`${modules}/${name}/package.json`]: JSON.stringify({ name, version, author: { name: "Ada" } }),
  [`${modules}/.package-lock.json`]: JSON.stringify({
    packages: { [`node_modules/${name}`]: { integrity } },
  }),
});
const npm = (name: string, version: string, integrity = `sha512-${version}`) => [
  ["npx", name, version, integrity],
  { name, version, integrity, publisher: "Ada", installedAt: "2026-11-20" },
];

it("is known where npx keeps it in the way that npm's own code names its folder", () => {
  // Taken from a real cache: libnpmexec may not change this without being noticed here.
  expect(npxFolder("/c", "@modelcontextprotocol/server-memory")).toBe(
    "/c/_npx/15b07286cbcc3329/node_modules",
  );
});

it.each<[string, Partial<PackageSystem>, string]>([
  ["npm's own place", {}, "/home/ada/.npm"],
  ["the environment's place", { env: { npm_config_cache: "/elsewhere" } }, "/elsewhere"],
])("of npx is found in %s", async (_what, more, cache) => {
  const files = npmFiles(npxFolder(cache, "@a/b"), "@a/b", "1.2.3");
  expect(await found(machine(files, more), "npx -y @a/b /tmp")).toEqual(npm("@a/b", "1.2.3"));
});

it("of npx is found where .npmrc says, and by the version asked for", async () => {
  const files = {
    "/home/ada/.npmrc": "fund=false\ncache=~/npm cache\n",
    ...npmFiles(npxFolder("/home/ada/npm cache", "b@1.0.0"), "b", "1.0.0"),
    ...npmFiles(npxFolder("/home/ada/npm cache", "b"), "b", "2.0.0"),
  };
  expect(await found(machine(files), "npx b@1.0.0")).toEqual(npm("b", "1.0.0"));
  expect(await found(machine(files), "npx b")).toEqual(npm("b", "2.0.0"));
});

it("of npx is the project's own copy when that fits", async () => {
  const files = {
    ...npmFiles("/proj/node_modules", "b", "1.0.0"),
    ...npmFiles(npxFolder("/home/ada/.npm", "b@2.0.0"), "b", "2.0.0"),
  };
  expect(await found(machine(files), "npx b", "/proj")).toEqual(npm("b", "1.0.0"));
  expect(await found(machine(files), "npx b@2.0.0", "/proj")).toEqual(npm("b", "2.0.0"));
});

it("of npx on Windows is found under LOCALAPPDATA", async () => {
  const files = Object.fromEntries(
    Object.entries(npmFiles(npxFolder("C:/local/npm-cache", "b"), "b", "1.0.0")).map(([path, text]) => [
      path.replaceAll("/", "\\"),
      text,
    ]),
  );
  const system = machine(files, { platform: "win32", home: "C:\\ada", env: { LOCALAPPDATA: "C:\\local" } });
  expect(await found(system, "npx.cmd b")).toEqual(npm("b", "1.0.0"));
});

it("of npx with a broken lock has no checksum, and with a broken manifest is not known", async () => {
  const modules = npxFolder("/home/ada/.npm", "b");
  const files = { ...npmFiles(modules, "b", "1.0.0"), [`${modules}/.package-lock.json`]: "{" };
  expect(await found(machine(files), "npx b")).toMatchObject([["npx", "b", "1.0.0", null], {}]);
  expect(await found(machine({ ...files, [`${modules}/b/package.json`]: "[" }), "npx b")).toBeUndefined();
});

const dist = (folder: string, version: string) => ({
  [`${folder}/lib/python3.12/site-packages/mcp_server_git-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: mcp-server-git\nVersion: ${version}\nAuthor: Ada\n\nVersion: 9\n`,
  [`${folder}/lib/python3.12/site-packages/mcp_server_git-${version}.dist-info/RECORD`]: `files of ${version}`,
});
const python = (version: string) => {
  const integrity = `sha256-${createHash("sha256").update(`files of ${version}`).digest("base64")}`;
  const name = "mcp-server-git";
  return [
    ["uvx", name, version, integrity],
    { name, version, integrity, publisher: "Ada", installedAt: expect.any(String) },
  ];
};

it("of uvx is found in the newest environment that has it, or in the one of the version asked for", async () => {
  const archive = "/home/ada/.cache/uv/archive-v0";
  const infoOf = (id: string, version: string) =>
    `${archive}/${id}/lib/python3.12/site-packages/mcp_server_git-${version}.dist-info`;
  const files = {
    ...dist(`${archive}/a`, "0.6.2"),
    ...dist(`${archive}/b`, "0.6.3"),
    [`${archive}/c/x`]: "",
  };
  const system = machine(files, { times: { [infoOf("a", "0.6.2")]: AT, [infoOf("b", "0.6.3")]: AT + 1 } });
  expect(await found(system, "uvx mcp-server-git --repository x")).toEqual(python("0.6.3"));
  expect(await found(system, "uvx mcp_server_git@0.6.2")).toEqual(python("0.6.2"));
});

it("of uvx is the tool that is installed for good, if there is one", async () => {
  const files = {
    ...dist("/home/ada/.local/share/uv/tools/mcp-server-git", "0.5.0"),
    ...dist("/home/ada/.cache/uv/archive-v0/a", "0.6.2"),
  };
  expect(await found(machine(files), "uvx mcp-server-git")).toEqual(python("0.5.0"));
});

it("of docker is the image that the tag stands for here", async () => {
  const image = {
    Id: "sha256:aa",
    Created: "2026-11-01T00:00:00Z",
    Author: "",
    RepoDigests: ["mcp/fetch@sha256:bb"],
    Config: { Labels: { "org.opencontainers.image.vendor": "Ada" } },
  };
  const programs = { "docker image inspect -- mcp/fetch": JSON.stringify([image]) };
  expect(await found(machine({}, { programs }), "docker run -i --rm mcp/fetch")).toEqual([
    ["docker", "mcp/fetch", "sha256:bb", "sha256:aa"],
    {
      name: "mcp/fetch",
      version: "sha256:bb",
      integrity: "sha256:aa",
      publisher: "Ada",
      installedAt: "2026-11-01",
    },
  ]);
  expect(await found(machine({}), "docker run -i --rm mcp/fetch")).toBeUndefined();
});

it("is none for another program, and an answer of an earlier start is not heard", async () => {
  expect(await found(machine({}), "node server.js")).toBe("none");
  const told: string[] = [];
  const files = npmFiles(npxFolder("/home/ada/.npm", "b"), "b", "1.0.0");
  const started = watchPackages(machine(files), {
    found: (server) => told.push(`found ${server}`),
    none: (server) => told.push(`none ${server}`),
  });
  const first = started({ name: "s", config: serverConfigSchema.parse({ command: "npx", args: ["b"] }) });
  await started({ name: "s", config: serverConfigSchema.parse({ command: "node" }) });
  await first;
  expect(told).toEqual(["none s"]);
});
