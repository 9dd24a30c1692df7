import type { MessageBoxOptions } from "electron";
import { expect, test } from "vitest";
import { broadcastText, type ControlClient, createControlClient } from "../../../shared/control-client.ts";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { createOwnerActions } from "./actions.ts";
import { createConfirm } from "./confirm.ts";

const config = serverConfigSchema.parse({ command: "sudo", args: ["x"] });
const launch = {
  transport: "stdio",
  command: "OTHER",
  args: [],
  cwd: null,
  url: null,
  envNames: [],
  headerNames: [],
};
const shownClient = {
  id: "1",
  name: "cursor",
  claimedName: null,
  icon: null,
  via: "token",
  profile: null,
  labels: {},
  createdAt: "now",
  lastSeenAt: null,
  revokedAt: null,
  sessions: 0,
};
const answers: Record<string, unknown> = {
  "servers.parse": {
    proposals: [{ name: "s", config, launch, warnings: ["sudo"], taken: false }],
    problem: null,
  },
  "questions.ask": { id: "q-1" },
  "clients.add": { client: shownClient, token: "the-token" },
  "clients.addConnect": { client: shownClient },
  "settings.get": {
    home: "/home/ada/.gatehouse",
    configFile: "/home/ada/.gatehouse/gatehouse.json",
    port: 4780,
    consentDefault: "ask",
    consentTimeoutSeconds: 50,
    anonymous: "deny",
    versions: {},
    configError: null,
  },
};

/** The owner's actions over a hub that answers from a table, and a person who presses one button. */
function bench(button: number, running = true, check = false) {
  const calls: [string, unknown][] = [];
  const shown: MessageBoxOptions[] = [];
  const clipboard: string[] = [];
  const client: ControlClient = createControlClient((text) => {
    const { id, method, params } = JSON.parse(text);
    calls.push([method, params]);
    queueMicrotask(() => client.receive(JSON.stringify({ id, result: answers[method] ?? { ok: true } })));
  });
  const actions = createOwnerActions({
    client: () => (running ? client : undefined),
    onHubChange: () => () => {},
    endpoint: () => "http://127.0.0.1:4780/mcp",
    confirm: createConfirm(
      async (options) => {
        shown.push(options);
        return { response: button, checkboxChecked: check };
      },
      () => 40,
    ),
    writeClipboard: (text) => clipboard.push(text),
  });
  const hears = (text: string): void => client.receive(text);
  return { actions, calls, shown, clipboard, hears, methods: () => calls.map(([method]) => method) };
}

test("a server is added after its dialog was approved, whose default is Cancel", async () => {
  const { actions, calls, shown } = bench(1);
  expect(await actions.ask({ type: "server.add", name: "s", config })).toBe("done");
  expect(shown[0]).toMatchObject({
    type: "warning",
    buttons: ["Cancel", "Add server"],
    defaultId: 0,
    cancelId: 0,
  });
  expect(shown[0]?.detail).toContain("⚠ sudo");
  // Shown is what will be added, never what the parser made of it.
  expect(shown[0]?.detail).not.toContain("OTHER");
  expect(calls.at(-1)).toEqual(["servers.add", { name: "s", config, trust: false, keychain: false }]);
});

test("a server's tools may be called without asking only when the person has checked that", async () => {
  const { actions, calls, shown } = bench(1, true, true);
  await actions.ask({ type: "server.add", name: "s", config });
  expect(shown[0]).toMatchObject({
    checkboxLabel: "Let clients call its tools without asking",
    checkboxChecked: false,
  });
  expect(calls.at(-1)).toEqual(["servers.add", { name: "s", config, trust: true, keychain: false }]);
  await actions.ask({ type: "server.remove", name: "s" });
  expect(shown[1]).not.toHaveProperty("checkboxLabel");
});

test("nothing is done when the person cancels", async () => {
  const { actions, methods } = bench(0);
  expect(await actions.ask({ type: "server.add", name: "s", config })).toBe("declined");
  expect(await actions.ask({ type: "client.revoke", name: "c" })).toBe("declined");
  expect(await actions.resume()).toBe("declined");
  expect(methods()).toEqual(["servers.parse"]);
});

test("restarting and disabling need no dialog", async () => {
  const { actions, shown, methods } = bench(0);
  await actions.ask({ type: "server.restart", name: "s" });
  await actions.ask({ type: "server.disable", name: "s" });
  expect([shown.length, methods()]).toEqual([0, ["servers.restart", "servers.disable"]]);
});

test("a second question while one is open is refused", async () => {
  const { actions } = bench(1);
  const first = actions.ask({ type: "server.remove", name: "s" });
  await expect(actions.ask({ type: "server.remove", name: "t" })).rejects.toThrow("still open");
  expect(await first).toBe("done");
});

test("what is too long to be shown is refused, and says what to do", async () => {
  const { actions, shown, methods } = bench(1);
  const long = { ...config, args: Array.from({ length: 5_000 }, () => "a") };
  await expect(actions.ask({ type: "server.add", name: "s", config: long })).rejects.toMatchObject({
    advice: "Write it into gatehouse.json by hand.",
  });
  expect([shown.length, methods()]).toEqual([0, ["servers.parse"]]);
});

test("what takes several pages is approved on the last one only", async () => {
  const long = { ...config, args: Array.from({ length: 60 }, (_, index) => `argument ${index}`) };
  const { actions, shown, methods } = bench(1);
  expect(await actions.ask({ type: "server.add", name: "s", config: long })).toBe("done");
  expect(shown.map(({ message, buttons }) => [message, buttons?.[1]])).toEqual([
    ["Add the server “s”? (1 of 2)", "Read on"],
    ["Add the server “s”? (2 of 2)", "Add server"],
  ]);
  expect(shown[1]?.detail).toContain("argument 59");
  expect(methods()).toEqual(["servers.parse", "servers.add"]);
});

test("without a hub every action fails with a sentence", async () => {
  const { actions } = bench(1, false);
  await expect(actions.ask({ type: "server.restart", name: "s" })).rejects.toThrow("not running");
});

test("a client's set-up goes to the clipboard with its token, and the page gets only a message", async () => {
  const { actions, calls, clipboard } = bench(1);
  const outcome = await actions.copyClientSetup("cursor", "cursor");
  expect(calls.slice(1)).toEqual([["clients.add", { name: "cursor" }]]);
  expect(clipboard[0]).toContain("Bearer the-token");
  expect(outcome.ok).toBe(true);
  expect(JSON.stringify(outcome)).not.toContain("the-token");
});

test("a client on stdio gets its token through the home folder, and the set-up names the command alone", async () => {
  const { actions, calls, clipboard } = bench(1);
  expect((await actions.copyClientSetup("claude-desktop", "desk")).ok).toBe(true);
  expect(calls.slice(1)).toEqual([["clients.addConnect", { name: "desk" }]]);
  expect(JSON.parse(clipboard[0] ?? "")).toEqual({
    mcpServers: {
      gatehouse: { command: "/home/ada/.gatehouse/bin/gatehouse-connect", args: ["--client", "desk"] },
    },
  });
});

test.each([
  ["approve", "done"],
  ["deny", "declined"],
] as const)(
  "what is held back is asked in the popup, not in a dialog, and its answer %s is %s",
  async (answer, outcome) => {
    const { actions, shown, calls, hears } = bench(1);
    const change = { type: "pins.accept" as const, ids: ["h-1"] };
    const asked = actions.ask(change);
    hears(broadcastText("questionAnswered", { id: "q-other", answer: "deny", by: "viewer" }));
    await new Promise(setImmediate);
    hears(broadcastText("questionAnswered", { id: "q-1", answer, by: "owner" }));
    expect(await asked).toBe(outcome);
    expect([shown, calls]).toEqual([[], [["questions.ask", { change }]]]);
  },
);
