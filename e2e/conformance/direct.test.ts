import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, it } from "vitest";
import type { Era } from "../fixtures/conformance/flags.ts";
import { startHttpFixture, stdioFixture } from "./fixture.ts";
import { type Revision, runConformance } from "./run.ts";

/** The forms that the fixture is served in over HTTP, and the revisions that each can speak. */
const forms: readonly { readonly era: Era; readonly requirements: Revision; readonly scored: number }[] = [
  { era: "session", requirements: "2025-11-25", scored: 30 },
  { era: "stateless", requirements: "2026-07-28", scored: 37 },
  { era: "both", requirements: "2025-11-25", scored: 30 },
  { era: "both", requirements: "2026-07-28", scored: 37 },
];

describe("the fixture that the hub is tested in front of", () => {
  it.for(forms)(
    "passes what $requirements requires, over HTTP in the form $era",
    { timeout: 300_000 },
    async (form) => {
      await using fixture = await startHttpFixture(form.era);
      const report = await runConformance({ url: fixture.url, requirements: form.requirements });
      expect({ ...report, unscored: [] }).toEqual({
        scored: form.scored,
        passed: form.scored,
        failed: [],
        warnings: [],
        unscored: [],
      });
    },
  );
});

const clientOf: Record<"session" | "stateless", ClientOptions> = {
  session: { versionNegotiation: { mode: "legacy" } },
  stateless: { versionNegotiation: { mode: { pin: "2026-07-28" } } },
};

describe("the fixture on stdio", () => {
  it.for([
    { era: "session", opens: "session" },
    { era: "stateless", opens: "stateless" },
    { era: "both", opens: "session" },
    { era: "both", opens: "stateless" },
  ] as const)("in the form $era, answers, asks and tells a $opens client", async ({ era, opens }) => {
    const client = new Client(
      { name: "direct-test", version: "1.0.0" },
      { ...clientOf[opens], capabilities: { elicitation: {}, sampling: {}, roots: {} } },
    );
    client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { name: "Alice" } }));
    const progress: number[] = [];
    await client.connect(new StdioClientTransport(stdioFixture(era)));
    try {
      const asked = await client.callTool({ name: "test_input_required_result_elicitation", arguments: {} });
      const told = await client.callTool(
        { name: "test_tool_with_progress", arguments: {} },
        { onprogress: (update) => progress.push(update.progress) },
      );
      const read = await client.readResource({ uri: "test://template/7/data" });
      const missing = await client.readResource({ uri: "test://missing" }).catch((error: unknown) => error);
      expect(client.getNegotiatedProtocolVersion()).toBe(opens === "session" ? "2025-11-25" : "2026-07-28");
      expect(asked.content).toEqual([{ type: "text", text: "Hello, Alice!" }]);
      expect(told.isError).toBeUndefined();
      expect(progress).toEqual([0, 50, 100]);
      expect(read.contents).toMatchObject([{ uri: "test://template/7/data", mimeType: "application/json" }]);
      expect(missing).toMatchObject({ code: -32602, data: { uri: "test://missing" } });
    } finally {
      await client.close();
    }
  });

  it("tells of a list that has truly changed, in both eras", async () => {
    for (const opens of ["session", "stateless"] as const) {
      const changed = Promise.withResolvers<readonly string[]>();
      const client = new Client(
        { name: "direct-test", version: "1.0.0" },
        {
          ...clientOf[opens],
          listChanged: {
            tools: {
              onChanged: (error, tools) =>
                error === null
                  ? changed.resolve(tools?.map(({ name }) => name) ?? [])
                  : changed.reject(error),
            },
          },
        },
      );
      await client.connect(new StdioClientTransport(stdioFixture("both")));
      try {
        const before = (await client.listTools()).tools.map(({ name }) => name);
        await client.callTool({ name: "test_trigger_tool_change", arguments: {} });
        expect((await changed.promise).filter((name) => !before.includes(name))).toEqual(["test_extra_tool"]);
      } finally {
        await client.close();
      }
    }
  });
});
