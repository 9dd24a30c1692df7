// A recording of all that a server can answer, served to the SDK's clients of each line and era.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { stdioFixture } from "../conformance/fixture.ts";
import { hubForTest, PATIENCE } from "../hub/kit.ts";
import { type Connected, openClient1, openClient2 } from "../lossless/sdk-clients.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));

type Answer = Record<string, unknown>;

/** What a server is asked, by what it answers. */
const QUESTIONS: Readonly<Record<string, (each: Connected) => Promise<Answer>>> = {
  text: ({ callTool }) => callTool({ name: "test_simple_text", arguments: {} }),
  image: ({ callTool }) => callTool({ name: "test_image_content", arguments: {} }),
  audio: ({ callTool }) => callTool({ name: "test_audio_content", arguments: {} }),
  resource: ({ callTool }) => callTool({ name: "test_embedded_resource", arguments: {} }),
  several: ({ callTool }) => callTool({ name: "test_multiple_content_types", arguments: {} }),
  link: ({ callTool }) => callTool({ name: "test_resource_link", arguments: {} }),
  structured: ({ callTool }) => callTool({ name: "test_structured_content", arguments: { city: "Bergen" } }),
  failure: ({ callTool }) => callTool({ name: "test_error_handling", arguments: {} }),
  progress: ({ callTool }) =>
    callTool({ name: "test_tool_with_progress", arguments: {} }, { onprogress: () => {} }),
  prompt: ({ client }) => client.getPrompt({ name: "test_simple_prompt" }),
  "prompt with arguments": ({ client }) =>
    client.getPrompt({ name: "test_prompt_with_arguments", arguments: { arg1: "it's", arg2: "数" } }),
  "prompt with an image": ({ client }) => client.getPrompt({ name: "test_prompt_with_image" }),
  "resource read": ({ client }) => client.readResource({ uri: "test://static-text" }),
  "binary resource": ({ client }) => client.readResource({ uri: "test://static-binary" }),
  "resource of a template": ({ client }) => client.readResource({ uri: "test://template/7/data" }),
  completion: ({ client }) =>
    client.complete({
      ref: { type: "ref/prompt", name: "test_prompt_with_arguments" },
      argument: { name: "arg1", value: "p" },
    }),
  "a resource that there is not": ({ client }) => client.readResource({ uri: "test://nowhere" }),
};

/** The answers to all questions, without what belongs to an era or to one message. */
async function told(each: Connected): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  for (const [name, ask] of Object.entries(QUESTIONS))
    answers[name] = await ask(each).then(
      ({ resultType, ttlMs, cacheScope, _meta, ...rest }) => rest,
      ({ code }: { code: unknown }) => ({ code }),
    );
  return answers;
}

test.for(["session", "stateless"] as const)(
  "what a server of the %s era answered is answered the same to clients of either, by either line of the SDK",
  { timeout: PATIENCE * 3 },
  async (era) => {
    const hub = await hubForTest({ config: { mcpServers: { one: stdioFixture(era) } } });
    const token = await hub.addClient("ada");
    const direct = await openClient2({ url: new URL("/mcp/s/one", hub.url).href, token }, "auto");
    const expected = await told(direct);
    const tools = (await direct.client.listTools()).tools;
    await direct.client.close();
    // A resource that there is not is refused in words of each era's own code.
    expect(Object.values(expected).filter((answer) => Object.hasOwn(answer, "code"))).toHaveLength(1);
    const calls = (await hub.calls("--limit", "200")).filter(({ method }) => !method.endsWith("/list"));
    expect(calls).toHaveLength(Object.keys(QUESTIONS).length);
    const recording = join(hub.home, "recording.json");
    writeFileSync(recording, await hub.command("calls", "record", ...calls.map(({ id }) => String(id))));
    const place = { command: process.execPath, args: [GATEHOUSE, "mock", recording] };
    for (const open of [
      () => openClient1(place),
      () => openClient2(place, "legacy"),
      () => openClient2(place, "auto"),
    ]) {
      const mock = await open();
      expect((await mock.client.listTools()).tools.map(({ name }: { name: string }) => name)).toEqual(
        tools.map(({ name }: { name: string }) => name),
      );
      const answers = await told(mock);
      for (const [name, answer] of Object.entries(expected))
        if (!Object.hasOwn(answer, "code")) expect(answers[name], name).toEqual(answer);
      expect(answers["a resource that there is not"]).toEqual({ code: expect.any(Number) });
      await expect(mock.callTool({ name: "unheard_of", arguments: {} })).rejects.toMatchObject({
        code: -32602,
      });
      await mock.client.close();
    }
  },
);
