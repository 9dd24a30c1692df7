import { expect, test } from "vitest";
import { hubCommand } from "./command.ts";

const all = {
  platform: "linux",
  env: {},
  packaged: false,
  resources: "/app/resources",
  root: "/repo",
  exists: () => true,
};

test("in development the hub runs by the node package's binary, or by GATEHOUSE_NODE", () => {
  expect(hubCommand(all)).toEqual({
    command: "/repo/node_modules/node/bin/node",
    args: ["/repo/dist/node/gatehouse.js"],
  });
  expect(hubCommand({ ...all, env: { GATEHOUSE_NODE: "/opt/node" } }).command).toBe("/opt/node");
  expect(hubCommand({ ...all, platform: "win32", root: "C:\\repo" }).command).toBe(
    "C:\\repo\\node_modules\\node\\bin\\node.exe",
  );
});

test("a packaged app runs its own executable, whatever the environment says", () => {
  expect(hubCommand({ ...all, packaged: true, env: { GATEHOUSE_NODE: "/opt/node" } })).toEqual({
    command: "/app/resources/bin/gatehouse",
    args: [],
  });
});

test("what is missing is named, with what to do", () => {
  expect(() => hubCommand({ ...all, exists: () => false })).toThrow("gatehouse.js is missing");
  expect(() => hubCommand({ ...all, exists: (path) => path.endsWith(".js") })).toThrow("no Node 24");
  expect(() => hubCommand({ ...all, packaged: true, exists: () => false })).toThrow("missing from the app");
});
