import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openControl } from "../lib/control.ts";
import { waitFor } from "../lib/wait.ts";
import { PATIENCE, startTestHub, type TestHub, textOf } from "./kit.ts";
import { NOTE, realCalls, realServers } from "./real-servers.ts";

describe("four real servers behind one hub", () => {
  let folder: string;
  let hub: TestHub;
  let token: string;
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-real-")));
    writeFileSync(join(folder, "note.txt"), NOTE);
    // As a person has it: what is added after the approval is held.
    const consent = { default: "allow", newTools: "hold" };
    hub = await startTestHub({ config: { consent, mcpServers: realServers(folder) } });
    token = await hub.addClient("real");
    await waitFor(async () => (await hub.status()).servers.every(({ tools }) => tools !== null), {
      deadlineMs: PATIENCE,
      what: "all four catalogues to be learnt",
    });
  });
  afterAll(async () => {
    await hub?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("are listed at once, in the configuration's order, and each answers a call", async () => {
    const client = await hub.connect(token);
    const names = await client.toolNames();
    const order = [...new Set(names.map((name) => name.split("__")[0]))];
    expect(order).toEqual(["everything", "files", "memory", "thinking"]);
    for (const { server, tool, args, answer } of realCalls(folder)) {
      const name = `${server}__${tool}`;
      expect(names).toContain(name);
      expect(textOf(await client.call(name, args))).toContain(answer);
    }
    expect(
      (await hub.calls("--limit", "4")).map(({ server, tool, status }) => [server, tool, status]),
    ).toEqual(
      realCalls(folder)
        .map(({ server, tool }) => [server, tool, "ok"])
        .reverse(),
    );
  });

  test("show their own names on an address of their own", async () => {
    for (const { server, tool, args, answer } of realCalls(folder)) {
      const client = await hub.connect(token, `/mcp/s/${server}`);
      const names = await client.toolNames();
      expect(names).toContain(tool);
      expect(names.filter((name) => name.includes("__"))).toEqual([]);
      expect(textOf(await client.call(tool, args))).toContain(answer);
    }
    expect((await hub.server("everything")).restarts).toBe(0);
  });

  test("tell their progress through the hub", async () => {
    const client = await hub.connect(token);
    const seen: unknown[] = [];
    const answer = await client.call(
      "everything__trigger-long-running-operation",
      { duration: 0.3, steps: 3 },
      {
        meta: { progressToken: "long" },
        onMessage: ({ method, params }) => {
          if (method !== undefined) seen.push([method, params.progressToken, params.progress]);
        },
      },
    );
    expect(textOf(answer)).toContain("completed");
    expect(seen).toEqual([1, 2, 3].map((step) => ["notifications/progress", "long", step]));
  });

  test("have nothing held back after their starts, and nothing suspicious in what they say", async () => {
    for (let round = 0; round < 2; round += 1)
      for (const name of Object.keys(realServers(folder))) {
        await hub.command("server", "restart", name);
        // Its lists have been read again when it answers.
        const { tool, args } = realCalls(folder).find(({ server }) => server === name) ?? {
          tool: "",
          args: {},
        };
        const client = await hub.connect(token, `/mcp/s/${name}`);
        expect((await client.call(tool, args)).result?.isError).toBeFalsy();
      }
    const { pending } = JSON.parse(await hub.command("pending", "--json"));
    expect(pending).toEqual([]);
    for (const name of Object.keys(realServers(folder)))
      expect(await hub.command("server", "review", name)).toBe(`Nothing of ${name} is held back.\n`);
    const run = JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8"));
    const control = await openControl(hub.url.replace(/^http(.*)\/mcp$/, "ws$1/control"), run.token);
    onTestFinished(() => control.close());
    for (const name of Object.keys(realServers(folder)))
      expect((await control.client.call("servers.get", { name })).problems).toEqual([]);
  });

  test("work with the SDK's own client, which validates every answer", async () => {
    const client = new Client({ name: "sdk", version: "1.0.0" });
    onTestFinished(() => client.close());
    await client.connect(
      new StreamableHTTPClientTransport(new URL(hub.url), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    expect(client.getServerVersion()).toMatchObject({ name: "gatehouse" });
    const { tools } = await client.listTools();
    for (const { server, tool, args, answer } of realCalls(folder)) {
      const name = `${server}__${tool}`;
      expect(tools.map((each) => each.name)).toContain(name);
      const result = await client.callTool({ name, arguments: args });
      expect(JSON.stringify(result.content)).toContain(answer);
    }
  });
});
