import { expect } from "vitest";
import { call, type Expectation, expectResultOfEra, spoken, textOf } from "./expectation.ts";

const MISSING = "test://nothing-of-that-name";
const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);

/** Tools, resources, prompts and completion: what is asked and answered once. */
export const content: readonly Expectation[] = [
  {
    it: "tools are listed with all that the server says of them, in the form of the client's era",
    check: async ({ client }) => {
      const exchange = await client.request("tools/list");
      expectResultOfEra(client, exchange, true);
      const { tools } = exchange.answer.result;
      expect(names(tools)).toEqual(expect.arrayContaining(["test_simple_text", "test_sampling"]));
      const tool = tools.find(({ name }: { name: string }) => name === "test_structured_content");
      expect(tool).toMatchObject({
        title: "Structured content",
        annotations: { readOnlyHint: true, openWorldHint: false },
        outputSchema: { type: "object", required: ["city", "temperature", "tags"] },
        icons: [{ mimeType: "image/png", sizes: ["1x1"] }],
        _meta: { "test.example/origin": { kept: true, depth: [1, [2, [3]]] } },
      });
    },
  },
  {
    it: "a tool is called",
    check: async ({ client }) => {
      const exchange = await call(client, "test_simple_text");
      expectResultOfEra(client, exchange, false);
      expect(textOf(exchange)).toBe("This is a simple text response for testing.");
    },
  },
  {
    it: "content of every type comes as it is",
    check: async ({ client }) => {
      const { answer } = await call(client, "test_multiple_content_types");
      expect(answer.result.content.map(({ type }: { type: string }) => type)).toEqual([
        "text",
        "image",
        "resource",
      ]);
      const audio = await call(client, "test_audio_content");
      expect(audio.answer.result.content[0]).toMatchObject({ type: "audio", mimeType: "audio/wav" });
    },
  },
  {
    it: "a resource link comes with its annotations",
    check: async ({ client }) => {
      const { answer } = await call(client, "test_resource_link");
      expect(answer.result.content[0]).toMatchObject({
        type: "resource_link",
        uri: "test://static-text",
        annotations: { audience: ["user"], priority: 0.5 },
      });
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26"),
        because: "resource_link came with 2025-06-18; what a server sends is kept",
      },
    ],
  },
  {
    it: "a tool's failure is a result that says so",
    check: async ({ client }) => {
      const exchange = await call(client, "test_error_handling");
      expect(exchange.answer.result.isError).toBe(true);
      expect(textOf(exchange)).toContain("intentionally returns an error");
    },
  },
  {
    it: "arguments that do not fit are a result that names them, and never reach the server",
    check: async ({ client }) => {
      const exchange = await call(client, "test_structured_content", { city: 7 });
      expectResultOfEra(client, exchange, false);
      expect(exchange.answer.result.isError).toBe(true);
      expect(textOf(exchange)).toContain("city");
    },
  },
  {
    it: "an unknown tool is -32602",
    check: async ({ client }) => {
      const { answer } = await call(client, "no_such_tool");
      expect(answer.error?.code).toBe(-32602);
    },
  },
  {
    it: "structured content comes beside the text, with the result's _meta",
    check: async ({ client }) => {
      const exchange = await call(client, "test_structured_content", { city: "Bergen" });
      const structured = { city: "Bergen", temperature: 21.5, tags: ["dry", "bright"] };
      expect(exchange.answer.result.structuredContent).toEqual(structured);
      expect(exchange.answer.result._meta).toMatchObject({ "test.example/answered": "yes" });
      expect(JSON.parse(textOf(exchange))).toEqual(structured);
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26"),
        because: "structured content came with 2025-06-18; the same is in the text",
        instead: async ({ client }) => {
          const exchange = await call(client, "test_structured_content", { city: "Bergen" });
          expect(JSON.parse(textOf(exchange))).toMatchObject({ city: "Bergen", temperature: 21.5 });
        },
      },
    ],
  },
  {
    it: "an argument that the schema repeats as a header reaches every server",
    check: async ({ client }) => {
      const region = "nord-øst";
      const headers = { "mcp-param-region": `=?base64?${Buffer.from(region).toString("base64")}?=` };
      const exchange = await call(client, "test_x_mcp_header", { region }, { headers });
      expect(textOf(exchange)).toBe(`region=${region}`);
    },
  },
  {
    it: "a header that contradicts the argument it repeats, or is missing, is refused",
    check: async ({ client }) => {
      for (const headers of [{ "mcp-param-region": "south" }, {}]) {
        const { status, answer } = await call(client, "test_x_mcp_header", { region: "north" }, { headers });
        expect([status, answer.error?.code]).toEqual([400, -32020]);
      }
      expect(textOf(await call(client, "test_x_mcp_header", {}))).toContain("region=");
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"),
        because: "arguments are repeated as headers from 2026-07-28 on",
        instead: async ({ client }) => {
          const exchange = await call(client, "test_x_mcp_header", { region: "north" });
          expect(textOf(exchange)).toBe("region=north");
        },
      },
    ],
  },
  {
    it: "resources and templates are listed",
    check: async ({ client }) => {
      const resources = await client.request("resources/list");
      expectResultOfEra(client, resources, true);
      expect(names(resources.answer.result.resources)).toEqual(
        expect.arrayContaining(["static-text", "static-binary", "watched-resource"]),
      );
      const templates = await client.request("resources/templates/list");
      expectResultOfEra(client, templates, true);
      expect(templates.answer.result.resourceTemplates).toMatchObject([
        { uriTemplate: "test://template/{id}/data" },
      ]);
    },
  },
  {
    it: "resources are read: text, bytes, and what only a template names",
    check: async ({ client }) => {
      const read = async (uri: string) => {
        const exchange = await client.request("resources/read", { uri });
        expectResultOfEra(client, exchange, true);
        return exchange.answer.result.contents[0];
      };
      expect(await read("test://static-text")).toMatchObject({
        uri: "test://static-text",
        text: "This is the content of the static text resource.",
      });
      expect((await read("test://static-binary")).blob).toMatch(/^iVBOR/);
      expect(JSON.parse((await read("test://template/42/data")).text)).toMatchObject({ id: "42" });
    },
  },
  {
    it: "a resource that is not there is an error with the code of the client's era, and the URI",
    check: async ({ client }) => {
      const { answer } = await client.request("resources/read", { uri: MISSING });
      const code = client.era === "stateless" ? -32602 : -32002;
      expect(answer.error).toMatchObject({ code, data: { uri: MISSING } });
    },
  },
  {
    it: "prompts are listed and got, with their arguments",
    check: async ({ client }) => {
      const list = await client.request("prompts/list");
      expectResultOfEra(client, list, true);
      expect(names(list.answer.result.prompts)).toContain("test_prompt_with_arguments");
      const got = await client.request("prompts/get", {
        name: "test_prompt_with_arguments",
        arguments: { arg1: "north", arg2: "south" },
      });
      expectResultOfEra(client, got, false);
      expect(got.answer.result.messages[0].content.text).toBe(
        "Prompt with arguments: arg1='north', arg2='south'",
      );
    },
  },
  {
    it: "an unknown prompt is -32602",
    check: async ({ client }) => {
      const { answer } = await client.request("prompts/get", { name: "no_such_prompt" });
      expect(answer.error?.code).toBe(-32602);
    },
  },
  {
    it: "arguments of prompts and of templates are completed",
    check: async ({ client }) => {
      const complete = async (ref: object, argument: object): Promise<string[]> => {
        const exchange = await client.request("completion/complete", { ref, argument });
        expectResultOfEra(client, exchange, false);
        return exchange.answer.result.completion.values;
      };
      const prompt = { type: "ref/prompt", name: "test_prompt_with_arguments" };
      expect(await complete(prompt, { name: "arg1", value: "par" })).toEqual(["paris", "park", "party"]);
      const template = { type: "ref/resource", uri: "test://template/{id}/data" };
      expect(await complete(template, { name: "id", value: "12" })).toEqual(["12", "123"]);
    },
  },
];
