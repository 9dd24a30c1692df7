import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hubForTest, PATIENCE } from "../hub/kit.ts";
import { openControl } from "../lib/control.ts";
import { echoServer } from "../lib/hub.ts";

test(
  "what an agent did is a run, with what its calls named and what went on within each",
  async () => {
    const hub = await hubForTest({
      config: {
        mcpServers: { one: echoServer() },
        consent: { default: "allow", newTools: "allow" },
        rules: [{ server: "one", tool: "env", decision: "deny" }],
      },
    });
    const ada = await hub.connect(await hub.addClient("ada"));
    const bob = await hub.connect(await hub.addClient("bob"));
    await ada.toolNames();
    await bob.toolNames();
    await ada.call("one__echo", { text: "/srv/data/a b.txt", url: "https://example.com:8443/x" });
    await ada.call("one__echo", { text: "plain words", path: "notes.md" });
    await bob.call("one__echo", { text: "mine" });
    await ada.call("one__env");
    await ada.call("one__progress", { steps: 3 }, { meta: { progressToken: "p" } });

    const { client: control, close } = await openControl(
      `ws://127.0.0.1:${hub.port}/control`,
      (JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8")) as { token: string }).token,
    );
    onTestFinished(close);
    const { runs, next } = await control.call("runs.list", {});
    expect(next).toBeNull();
    expect(runs.map(({ client, calls, denied }) => [client, calls, denied]).sort()).toEqual([
      ["ada", 4, 1],
      ["bob", 1, 0],
    ]);
    expect((await control.call("runs.list", { client: "bob" })).runs).toHaveLength(1);

    const { calls } = await control.call("calls.list", { filter: { client: "ada", tool: "progress" } });
    const [progress] = calls;
    const run = await control.call("runs.get", { call: progress?.id ?? 0 });
    expect(run).toMatchObject({
      client: "ada",
      calls: 4,
      denied: 1,
      failed: 0,
      openStart: false,
      openEnd: false,
      read: 4,
      hosts: [{ name: "example.com:8443", calls: 1, tools: ["echo"] }],
    });
    expect(run.files.map(({ name }) => name).sort()).toEqual(["/srv/data/a b.txt", "notes.md"]);
    expect(run.steps.map(({ tool, method, calls }) => [tool ?? method, calls])).toEqual([
      ["echo", 2],
      ["env", 1],
      ["progress", 1],
    ]);
    expect(run.callIds).toHaveLength(4);

    const detail = await control.call("calls.get", { id: progress?.id ?? 0 });
    expect(detail.events?.map(({ from, kind, method, note }) => [from, kind, method, note])).toEqual(
      [1, 2, 3].map((step) => ["server", "notification", "notifications/progress", `${step} of 3`]),
    );
    await expect(control.call("runs.get", { call: 999_999 })).rejects.toMatchObject({ code: "not_found" });
  },
  PATIENCE,
);
