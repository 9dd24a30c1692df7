// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested
import { join } from "node:path";
import { expect, it } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { expandServer } from "./expand.ts";

const server = (entry: object) => serverConfigSchema.parse(entry);
const sources = {
  env: { HOST: "example.com", TWICE: "${env:HOST}", EMPTY: "" },
  secret: async (name: string) => (name === "key" ? "s3cret" : undefined),
  homedir: join("/home", "ada"),
};

it("references in every field of a local server are filled in, once", async () => {
  const config = server({
    command: "${env:HOST}/run",
    args: ["--to=${env:TWICE}", "~/x", "${project}", "${OTHER}", "${env:EMPTY}"],
    env: { KEY: "Bearer ${secret:key}" },
    cwd: "~/work/${env:HOST}",
  });
  expect(await expandServer("s", config, sources)).toEqual({
    config: {
      ...config,
      command: "example.com/run",
      args: ["--to=${env:HOST}", "~/x", "${project}", "${OTHER}", ""],
      env: { KEY: "Bearer s3cret" },
      cwd: join("/home", "ada", "work/example.com"),
    },
    env: { KEY: "Bearer s3cret" },
    headers: {},
  });
});

it("a server that runs once per project runs in the project's folder, and can name it", async () => {
  const config = server({
    command: "run",
    args: ["--root=${project}/src", "$project"],
    isolation: "project",
  });
  const inProject = { ...sources, project: "/home/ada/${env:HOST}" };
  expect((await expandServer("s", config, inProject)).config).toEqual({
    ...config,
    args: ["--root=/home/ada/${env:HOST}/src", "$project"],
    cwd: "/home/ada/${env:HOST}",
  });
  const below = { ...config, cwd: "${project}/sub" };
  expect((await expandServer("s", below, inProject)).config).toMatchObject({
    cwd: "/home/ada/${env:HOST}/sub",
  });
});

it("a secret is never put into a command line", async () => {
  const config = server({ command: "run", args: ["--token", "x=${secret:key}"] });
  await expect(expandServer("s", config, sources)).rejects.toMatchObject({
    code: "config_invalid",
    message:
      '${secret:key} in args[1] of server "s": every program of this computer can read arguments, so a secret is handed over in "env" only',
  });
});

it("references in a remote server's URL and headers are filled in", async () => {
  const config = server({
    type: "http",
    url: "https://${env:HOST}/mcp",
    headers: { "X-Key": "${secret:key}" },
  });
  expect(await expandServer("s", config, sources)).toMatchObject({
    config: { url: "https://example.com/mcp" },
    headers: { "X-Key": "s3cret" },
  });
});

it.each([
  [
    { command: "x", env: { A: "${secret:none}" } },
    '${secret:none} in env.A of server "s": there is no secret of that name',
  ],
  [
    { command: "x", args: ["a", "${env:NONE}"] },
    '${env:NONE} in args[1] of server "s": the hub\'s environment has no NONE',
  ],
])("a missing value is named with its place", async (entry, message) => {
  await expect(expandServer("s", server(entry), sources)).rejects.toMatchObject({
    code: "not_found",
    message,
  });
});
