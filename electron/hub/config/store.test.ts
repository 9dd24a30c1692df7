import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Config } from "../../../shared/model/config.ts";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { removeServer, setServer } from "./edit.ts";
import type { ConfigIssue } from "./issue.ts";
import { type ConfigStore, openConfig } from "./store.ts";

type Event = { change: Config; previous: Config } | { problem: readonly ConfigIssue[] };

let folder = "";
let file = "";
let stores: ConfigStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
  file = join(folder, "gatehouse.json");
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
  rmSync(folder, { recursive: true, force: true });
});

/** A store whose events can be awaited one by one. */
function open() {
  const events: Event[] = [];
  const waiting: ((event: Event) => void)[] = [];
  const logged: string[] = [];
  const push = (event: Event): void => {
    const next = waiting.shift();
    if (next === undefined) events.push(event);
    else next(event);
  };
  const store = openConfig({
    file,
    onChange: (change, previous) => push({ change, previous }),
    onProblem: (problem) => push({ problem }),
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  stores.push(store);
  const next = (): Promise<Event> => {
    const event = events.shift();
    return event === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(event);
  };
  const port = async (): Promise<number | string> => {
    const event = await next();
    return "change" in event
      ? event.change.listen.port
      : `problem ${event.problem.map((issue) => issue.line)}`;
  };
  return { store, events, logged, next, port };
}

const withPort = (port: number): string => `// mine\n{ "listen": { "port": ${port} } }\n`;
const server = serverConfigSchema.parse({ command: "x" });

it("a missing file is the defaults, and nothing is written until the first edit", async () => {
  const { store } = open();
  expect(store.config.listen.port).toBe(4780);
  expect(existsSync(file)).toBe(false);
  await store.edit((text) => setServer(text, "s", server));
  expect(store.config.mcpServers).toEqual({ s: server });
  expect(readFileSync(file, "utf8")).toMatch(/^\/\/ Gatehouse's configuration/);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a bad file at the start is refused with line, column and key", () => {
  writeFileSync(file, '{\n  "listen": { "port": "x" }\n}');
  expect(() => open()).toThrow(
    expect.objectContaining({
      code: "config_invalid",
      message: expect.stringContaining(":2:23: listen.port:"),
    }),
  );
});

it("every way of saving is seen: in place, renamed over, deleted and created, created late", async () => {
  const { port } = open();
  writeFileSync(file, withPort(1));
  expect(await port()).toBe(1);
  writeFileSync(file, withPort(2));
  expect(await port()).toBe(2);
  writeFileSync(`${file}.tmp`, withPort(3));
  renameSync(`${file}.tmp`, file);
  expect(await port()).toBe(3);
  unlinkSync(file);
  writeFileSync(file, withPort(4));
  expect(await port()).toBe(4);
});

it("a bad edit is reported and the last good configuration keeps running until it is mended", async () => {
  writeFileSync(file, withPort(1));
  const { store, next, logged } = open();
  writeFileSync(file, '{\n"listen": { "port": true } }');
  expect(await next()).toEqual({
    problem: [{ line: 2, column: 21, key: "listen.port", message: "must be a number, not true" }],
  });
  expect(store.config.listen.port).toBe(1);
  expect(store.problems).toHaveLength(1);
  await expect(store.edit((text) => setServer(text, "s", server))).rejects.toMatchObject({
    code: "config_invalid",
  });
  expect(readFileSync(file, "utf8")).toContain("true");
  writeFileSync(file, withPort(2));
  expect(await next()).toEqual({ problem: [] });
  expect(await next()).toMatchObject({ change: { listen: { port: 2 } }, previous: { listen: { port: 1 } } });
  expect(logged[0]).toBe("error gatehouse.json:2:21: listen.port: must be a number, not true");
});

it("a deleted or emptied file stops nothing", async () => {
  writeFileSync(file, withPort(1));
  const { store, port } = open();
  unlinkSync(file);
  expect(await port()).toBe("problem 1");
  writeFileSync(file, "");
  expect(await port()).toBe("problem 1");
  expect(store.config.listen.port).toBe(1);
  writeFileSync(file, withPort(1));
  expect(await port()).toBe("problem ");
});

it("an edit of ours is reported once, and a comment of the person not at all", async () => {
  writeFileSync(file, withPort(1));
  const { store, next, events } = open();
  await store.edit((text) => setServer(text, "s", server));
  expect(await next()).toMatchObject({ change: { mcpServers: { s: server } } });
  writeFileSync(file, `// another comment\n${readFileSync(file, "utf8")}`);
  // Reads the file again, as the watcher does.
  await store.edit((text) => text);
  writeFileSync(file, withPort(9));
  expect(await next()).toMatchObject({ change: { listen: { port: 9 } } });
  expect(events).toEqual([]);
});

it("edits at once, and a hand edit that was not seen yet, are all kept", async () => {
  writeFileSync(file, withPort(1));
  const { store, next } = open();
  writeFileSync(file, withPort(2));
  await Promise.all(["a", "b", "c"].map((name) => store.edit((text) => setServer(text, name, server))));
  expect(store.config).toMatchObject({
    listen: { port: 2 },
    mcpServers: { a: server, b: server, c: server },
  });
  expect(readFileSync(file, "utf8")).toMatch(/^\/\/ mine/);
  expect(await next()).toMatchObject({ change: { listen: { port: 2 } }, previous: { listen: { port: 1 } } });
});

it("an edit that would spoil the file, or that fails, writes nothing and lets the next one pass", async () => {
  writeFileSync(file, withPort(1));
  const { store } = open();
  await expect(store.edit(() => "{")).rejects.toMatchObject({ code: "config_invalid" });
  await expect(store.edit((text) => removeServer(text, "none"))).rejects.toMatchObject({ code: "not_found" });
  expect(readFileSync(file, "utf8")).toBe(withPort(1));
  await store.edit((text) => setServer(text, "s", server));
  expect(Object.keys(store.config.mcpServers)).toEqual(["s"]);
});

it.skipIf(process.platform === "win32")("a link to the file stays a link", async () => {
  const real = join(folder, "dotfiles.json");
  writeFileSync(real, withPort(1));
  symlinkSync(real, file);
  const { store } = open();
  await store.edit((text) => setServer(text, "s", server));
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, "utf8")).toContain('"s"');
});
