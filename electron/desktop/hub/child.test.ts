import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createControlClient } from "../../../shared/control-client.ts";
import { hubMessageSchema } from "../../../shared/ipc.ts";
import { type HubChild, hubChildStarter, hubEnvironment } from "./child.ts";

const SCRIPT = fileURLToPath(new URL("fixtures/fake-hub.mjs", import.meta.url));

interface Run {
  readonly child: HubChild;
  readonly first: Promise<unknown>;
  readonly ended: Promise<string>;
  onMessage(listener: (message: unknown) => void): void;
}

function run(behaviour: string, env: NodeJS.ProcessEnv = process.env): Run {
  const start = hubChildStarter({ command: process.execPath, args: [SCRIPT, behaviour] }, "/nowhere", env);
  const messages = new EventEmitter();
  const first = once(messages, "message").then(([message]) => message as unknown);
  let child: HubChild | undefined;
  const ended = new Promise<string>((resolve) => {
    child = start({ message: (message) => messages.emit("message", message), ended: resolve });
  });
  if (child === undefined) throw new Error("nothing was started");
  return { child, first, ended, onMessage: (listener) => messages.on("message", listener) };
}

test("a hub says that it is ready, answers over the channel, and ends when the channel closes", async () => {
  const hub = run("serve", {
    ...process.env,
    NODE_OPTIONS: "--no-warnings",
    ELECTRON_RUN_AS_NODE: "1",
    KEPT: "yes",
  });
  expect(await hub.first).toEqual({ type: "ready", url: "http://127.0.0.1:4780/mcp", port: 4780 });
  const client = createControlClient((text) => hub.child.send({ type: "control", text }));
  hub.onMessage((message) => {
    const parsed = hubMessageSchema.parse(message);
    if (parsed.type === "control") client.receive(parsed.text);
  });
  const environment = JSON.parse((await client.call("hub.viewerToken", {})).token);
  expect([environment.KEPT, environment.NODE_OPTIONS, environment.ELECTRON_RUN_AS_NODE]).toEqual([
    "yes",
    undefined,
    undefined,
  ]);
  hub.child.disconnect();
  expect(await hub.ended).toBe("it ended by itself");
});

test("how a hub died, and its last words, are known", async () => {
  const hub = run("crash");
  expect(await hub.ended).toBe("it ended with code 3 (cannot go on)");
});

test("a hub that cannot be started at all ends at once, with the reason", async () => {
  const ended = new Promise<string>((resolve) => {
    hubChildStarter({ command: "/no/such/node", args: [] }, "/", {})({ message: () => {}, ended: resolve });
  });
  expect(await ended).toMatch(/^it could not be started: .*ENOENT/);
});

test("the hub's environment has nothing that is meant for Electron", () => {
  expect(
    hubEnvironment({
      PATH: "/bin",
      ELECTRON_RUN_AS_NODE: "1",
      NODE_OPTIONS: "-x",
      NODE_CHANNEL_FD: "3",
      HOME: "/h",
    }),
  ).toEqual({ PATH: "/bin", HOME: "/h" });
});
