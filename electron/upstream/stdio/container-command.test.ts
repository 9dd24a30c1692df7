import { expect, it } from "vitest";
import { labelRun } from "./container-command.ts";

const labels = ["a=1", "b=2"];
const added = ["--label", "a=1", "--label", "b=2"];

it.each([
  ["docker", ["run", "-i", "--rm", "image", "run"], 0, 1],
  ["docker", ["container", "run", "image"], 0, 2],
  ["/usr/bin/docker", ["--context", "run", "run", "image"], 2, 3],
  ["docker", ["-D", "-H", "tcp://h:1", "--tlsverify", "run", "image"], 4, 5],
  ["docker", ["--host=tcp://h:1", "run", "image"], 1, 2],
  ["C:\\Docker\\Docker.EXE", ["-l", "debug", "run", "image"], 2, 3],
  ["podman", ["--connection", "box", "--remote", "run", "image"], 3, 4],
  ["nerdctl", ["-n", "k8s.io", "run", "image"], 2, 3],
])("%s %j gets the labels right after run, before the image", (command, args, engine, at) => {
  expect(labelRun(command, args, labels)).toEqual({
    engineArgs: args.slice(0, engine),
    args: [...args.slice(0, at), ...added, ...args.slice(at)],
  });
});

it.each([
  ["npx", ["run", "image"]],
  ["docker-compose", ["run", "image"]],
  ["docker", ["exec", "-i", "box", "run"]],
  ["docker", ["compose", "run", "service"]],
  ["docker", ["--context", "run"]],
  ["docker", []],
])("%s %j is no container of ours", (command, args) => {
  expect(labelRun(command, args, labels)).toBeUndefined();
});
