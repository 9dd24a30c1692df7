import { expect, test } from "vitest";
import { costOf } from "./cost.ts";

const tool = (key: string, definition: string) => ({ key, raw: new TextEncoder().encode(definition) });
const config = { enabled: true };
const usage = [{ day: 0, client: "ada", calls: 2, argumentTokens: 3, resultTokens: 4 }];
/** A token is a character here. */
const store = (asked: unknown[]) => ({
  countTokens: async (texts: readonly string[]) => texts.map(({ length }) => length),
  usage: async (span: unknown) => {
    asked.push(span);
    return { encoding: "characters", usage };
  },
});

test("definitions are counted as they are listed, the largest server and tool first, beside the calls and prices", async () => {
  const asked: unknown[] = [];
  const servers = [
    { name: "small", config, catalog: { tools: [tool("a", '{"name":"a"}')] } },
    { name: "large", config, catalog: { tools: [tool("b", '{"b":1}'), tool("c", '{"name":"c","数":2}')] } },
    { name: "unknown", config, catalog: { tools: undefined } },
    { name: "disabled", config: { enabled: false }, catalog: { tools: [tool("d", '{"name":"d"}')] } },
  ];
  const cost = await costOf(
    store(asked),
    servers,
    { opus: { input: 5, currency: "USD" } },
    { from: 1, to: 2 },
  );
  expect(cost).toEqual({
    encoding: "characters",
    definitions: [
      {
        server: "large",
        tokens: 25,
        tools: [
          { tool: "c", tokens: 18 },
          { tool: "b", tokens: 7 },
        ],
      },
      { server: "small", tokens: 12, tools: [{ tool: "a", tokens: 12 }] },
    ],
    usage,
    prices: [{ model: "opus", input: 5, currency: "USD" }],
  });
  expect(asked).toEqual([{ from: 1, to: 2 }]);
});

test("two servers' tools of one name are not mixed", async () => {
  const servers = ["x", "y"].map((name, i) => ({
    name,
    config,
    catalog: { tools: [tool("same", "1".repeat(i + 1))] },
  }));
  const { definitions } = await costOf(store([]), servers, {}, { from: 0, to: 0 });
  expect(definitions.map(({ server, tokens }) => [server, tokens])).toEqual([
    ["y", 2],
    ["x", 1],
  ]);
});
