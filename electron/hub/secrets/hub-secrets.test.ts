import { afterEach, describe, expect, test } from "vitest";
import type { Question } from "../../../shared/model/question.ts";
import { expandServer } from "../config/expand.ts";
import type { PassphraseStore } from "../ports/secrets.ts";
import { createMemorySecrets } from "../testing/memory-secrets.ts";
import { createTestHub, type TestHub } from "../testing/test-hub.ts";
import { launchSecrets } from "./launch-secrets.ts";

const VALUE = 'sk/live "value" of a secret';
const CONFIG =
  '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake", "env": { "T": "${secret:token}" } } } }';

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

async function hubWith(desktop = false) {
  const chosen = createMemorySecrets();
  // The file store is not chosen here.
  const file = { ...chosen, kind: "file", state: "new", unlock: () => Promise.reject(new Error()) } as const;
  const hub = await createTestHub({
    config: CONFIG,
    desktop,
    secrets: { chosen, file: file satisfies PassphraseStore },
    resolveLaunch: async (name, config) => {
      const used = launchSecrets(chosen);
      const expanded = await expandServer(name, config, { env: {}, homedir: "/", ...used });
      return { name, ...expanded, secrets: used.given() };
    },
  });
  open = hub;
  return { hub, chosen };
}

const told = (hub: TestHub): string[] => {
  const texts: string[] = [];
  hub.hub.state.broadcaster.subscribe((name, data) => texts.push(JSON.stringify({ name, data })));
  return texts;
};

/** What was written of calls. */
const rowTexts = (hub: TestHub): string[] =>
  hub.storage.rows.map(({ request, result, error }) =>
    [request, result, error].map((bytes) => (bytes === null ? "" : Buffer.from(bytes).toString())).join(" "),
  );

describe("a secret of a server", () => {
  test("is given to it, and reaches neither client nor log, in whatever form it comes back", async () => {
    const { hub } = await hubWith();
    await hub.hub.callAs("operator", "secrets.set", { name: "token", value: VALUE });
    const broadcasts = told(hub);
    const session = await hub.open();
    hub.server.answer["tools/call"] = (params) => ({
      content: [{ type: "text", text: JSON.stringify({ env: VALUE, params }) }],
      raw: VALUE,
      base64: Buffer.from(`user:${VALUE}`).toString("base64"),
    });
    const answer = await hub.request(
      {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "fake__echo", arguments: { text: VALUE } },
      },
      { session },
    );
    expect(hub.server.opened.at(-1)?.env).toEqual({ T: VALUE });
    const params = hub.server.received.at(-1)?.params as { arguments?: unknown };
    expect(params.arguments).toEqual({ text: VALUE });
    expect(answer.message?.result?.raw).toBe("[secret:token]");
    const all = [answer.raw, ...rowTexts(hub), ...broadcasts].join("\n");
    expect(rowTexts(hub).join()).toContain('{"text":"[secret:token]"}');
    for (const form of ["sk/live", "sk%2Flive", Buffer.from(VALUE).toString("base64").slice(0, 20)])
      expect(all).not.toContain(form);
  });

  test("is not in the words of the server's end, nor in what its log shows", async () => {
    const { hub } = await hubWith();
    await hub.hub.callAs("operator", "secrets.set", { name: "token", value: VALUE });
    const session = await hub.open();
    await hub.request(
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "fake__echo", arguments: {} } },
      { session },
    );
    hub.server.die({ message: `exited: bad token ${VALUE}`, stderrTail: [VALUE] });
    const status = JSON.stringify(await hub.hub.callAs("viewer", "hub.status", {}));
    const detail = JSON.stringify(await hub.hub.callAs("viewer", "servers.get", { name: "fake" }));
    expect(status).toContain("bad token [secret:token]");
    expect(status + detail).not.toContain("sk/live");
  });

  test("that is missing keeps it from starting, with words that say how to set it", async () => {
    const { hub } = await hubWith();
    await hub.hub.callAs("operator", "servers.restart", { name: "fake" });
    await expect
      .poll(async () => JSON.stringify(await hub.hub.callAs("viewer", "hub.status", {})))
      .toContain("there is no secret of that name. Set it: gatehouse secret set token");
    // Once it is set, the next call starts the server.
    await hub.hub.callAs("operator", "secrets.set", { name: "token", value: VALUE });
    const session = await hub.open();
    const answer = await hub.request(
      {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "fake__echo", arguments: { text: "hi" } },
      },
      { session },
    );
    expect(answer.message?.error).toBeUndefined();
  });
});

describe("who may set a secret", () => {
  test("a viewer only asks: the question and the record show the name, and the value comes with the yes", async () => {
    const { hub, chosen } = await hubWith(true);
    const broadcasts = told(hub);
    await expect(
      hub.hub.callAs("viewer", "secrets.set", { name: "token", value: VALUE }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(
      hub.hub.callAs("operator", "secrets.set", { name: "token", value: VALUE }),
    ).rejects.toMatchObject({ code: "forbidden" });
    const change = { type: "secret.set", name: "token", value: VALUE };
    const { id } = (await hub.hub.callAs("viewer", "questions.ask", { change })) as { id: string };
    const { pending } = (await hub.hub.callAs("owner", "questions.list", {})) as { pending: Question[] };
    expect(pending[0]).toMatchObject({
      title: "Set the secret token",
      change: { type: "secret.set", name: "token", value: "(hidden)" },
    });
    expect(chosen.values.size).toBe(0);
    await hub.hub.callAs("owner", "questions.answer", { id, answer: "approve" });
    expect([...chosen.values.values()]).toEqual([VALUE]);
    expect(await hub.hub.callAs("viewer", "secrets.list", {})).toEqual({
      store: "keychain",
      secrets: [{ name: "token", setAt: new Date(0).toISOString(), servers: ["fake"] }],
    });
    const seen = [...broadcasts, JSON.stringify(hub.storage.audited), JSON.stringify(pending)].join("\n");
    expect(seen).toContain("secret.set");
    expect(seen).not.toContain("sk/live");
  });

  test("removing one is recorded, and says which servers still need it", async () => {
    const { hub } = await hubWith();
    await hub.hub.callAs("operator", "secrets.set", { name: "token", value: "short" });
    expect(await hub.hub.callAs("operator", "secrets.remove", { name: "token" })).toEqual({
      servers: ["fake"],
    });
    await expect(hub.hub.callAs("operator", "secrets.remove", { name: "token" })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(hub.storage.audited).toEqual(["operator secret.set token", "operator secret.remove token"]);
  });

  test("an empty value, one with NUL, and a name that no reference can have are refused", async () => {
    const { hub, chosen } = await hubWith();
    for (const [name, value] of [
      ["token", ""],
      ["token", "a\u0000b"],
      ["no name", "value"],
    ])
      await expect(hub.hub.callAs("owner", "secrets.set", { name, value })).rejects.toMatchObject({
        code: "bad_request",
      });
    expect(chosen.values.size).toBe(0);
  });
});

describe("a server that is added with a credential in it", () => {
  const PLAIN = `Bearer ${"ghp_"}16C7e42F292c6912E7710c838347Ae178B4a`;
  const TOKEN = PLAIN.slice("Bearer ".length);
  const config = {
    type: "http",
    url: `http://127.0.0.1:9/mcp?api_key=${TOKEN}`,
    headers: { Authorization: PLAIN },
  };

  test("has it kept as a secret: not in the file, the question, the record or a broadcast", async () => {
    const { hub, chosen } = await hubWith(true);
    const broadcasts = told(hub);
    const change = { type: "server.add", name: "web", config, keychain: true };
    const { id } = (await hub.hub.callAs("viewer", "questions.ask", { change })) as { id: string };
    const { pending } = (await hub.hub.callAs("owner", "questions.list", {})) as { pending: Question[] };
    expect(pending[0]).toMatchObject({
      change: {
        config: {
          url: "http://127.0.0.1:9/mcp?api_key=${secret:web-api-key}",
          headers: { Authorization: "Bearer ${secret:web-api-key}" },
        },
      },
      launch: { url: "http://127.0.0.1:9/mcp?api_key=${secret:web-api-key}" },
    });
    await hub.hub.callAs("owner", "questions.answer", { id, answer: "approve" });
    expect([...chosen.values.values()]).toEqual([TOKEN]);
    const detail = await hub.hub.callAs("viewer", "servers.get", { name: "web" });
    const { store } = hub.hub.state;
    const seen = [...broadcasts, JSON.stringify([store.config, hub.storage.audited, pending, detail])].join();
    expect(seen).toContain("secret:web-api-key");
    expect(seen).not.toContain(TOKEN.slice(0, 12));
  });

  test("left as it is, is told by its place, and moved when the person says so", async () => {
    const { hub, chosen } = await hubWith();
    await hub.hub.callAs("operator", "servers.add", { name: "web", config });
    const detail = (await hub.hub.callAs("viewer", "servers.get", { name: "web" })) as object;
    expect(detail).toMatchObject({ plainSecrets: [{ place: "the URL", movable: true }] });
    await expect(hub.hub.callAs("viewer", "servers.moveSecrets", { name: "web" })).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await hub.hub.callAs("operator", "servers.moveSecrets", { name: "web" })).toEqual({
      secrets: ["web-api-key"],
    });
    expect(await hub.hub.callAs("viewer", "servers.get", { name: "web" })).toMatchObject({
      plainSecrets: [],
    });
    expect([...chosen.values.values()]).toEqual([TOKEN]);
    expect(await hub.hub.callAs("operator", "servers.moveSecrets", { name: "web" })).toEqual({ secrets: [] });
  });

  test("is not added where it cannot be kept, and leaves no secret behind where it cannot be added", async () => {
    const { hub, chosen } = await hubWith();
    const add = (name: string) => hub.hub.callAs("operator", "servers.add", { name, config, keychain: true });
    await expect(add("no name")).rejects.toThrow();
    expect(chosen.values.size).toBe(0);
    chosen.set = () => Promise.reject(new Error("the keychain is locked"));
    await expect(add("web")).rejects.toThrow("locked");
    expect(hub.hub.state.servers.get("web")).toBeUndefined();
  });
});
