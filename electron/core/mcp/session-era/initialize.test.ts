import { describe, expect, it } from "vitest";
import { initializeParams, initializeResult, readServerHello } from "./initialize.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const RAW = '{"x":{"big":12345678901234567890,"long":0.10000000000000000001},"sampling":{}}';

describe("initialize", () => {
  it("carries a client's raw capabilities to its own server, every digit of them", () => {
    expect(text(initializeParams("1", RAW))).toContain(`"capabilities":${RAW}`);
    expect(JSON.parse(text(initializeParams("1", undefined))).capabilities).toEqual({
      roots: {},
      sampling: { context: {}, tools: {} },
      elicitation: { form: {}, url: {} },
    });
  });

  it("carries what one server claims as it is, and of a stateless one all but its kind of tasks", () => {
    const claims = (raw: string) =>
      readServerHello(
        new TextEncoder().encode(
          `{"protocolVersion":"2025-11-25","capabilities":${raw},"serverInfo":{"name":"s","version":"1","n":1.0}}`,
        ),
      );
    const offer = { version: "1", tasks: undefined };
    const plain = initializeResult("2025-06-18", { ...offer, server: claims(RAW), stateless: false });
    expect(text(plain)).toBe(
      `{"protocolVersion":"2025-06-18","capabilities":${RAW},"serverInfo":{"name":"s","version":"1","n":1.0}}`,
    );
    const extended = '{"tools":{},"extensions":{"a/b":{},"io.modelcontextprotocol/tasks":{}}}';
    const stateless = initializeResult("2025-11-25", { ...offer, server: claims(extended), stateless: true });
    expect(JSON.parse(text(stateless)).capabilities).toEqual({ tools: {}, extensions: { "a/b": {} } });
  });

  it("offers tasks for all servers only where one has them", () => {
    const tasks = { list: {}, requests: { tools: { call: {} } } };
    const offered = (given: object | undefined) =>
      JSON.parse(
        text(
          initializeResult("2025-11-25", { version: "1", server: undefined, stateless: false, tasks: given }),
        ),
      ).capabilities.tasks;
    expect([offered(tasks), offered(undefined)]).toEqual([tasks, undefined]);
  });
});
