import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import { compileRules } from "./compile.ts";
import { coveringRule, narrow } from "./narrow.ts";
import { askAfterUntrusted, askForEverything, askForWrites, trustServer } from "./presets.ts";
import { callOf, factsOf } from "./testing/policy-kit.ts";

type CallChange = Parameters<typeof callOf>[0];
type Facts = Parameters<typeof factsOf>[0];

const labels = (call: CallChange, facts?: Facts): string[] =>
  narrow(callOf(call), factsOf(facts)).map(({ label }) => label);

describe("narrow", () => {
  it.each<[what: string, args: unknown, expected: string[], facts?: Facts]>([
    [
      "a path",
      { path: "/home/u/proj/src/a.ts" },
      ["exactly these arguments", "only under ~/proj/src", "this tool, any arguments"],
    ],
    [
      "a path in the project",
      { path: "src/a.ts" },
      ["exactly these arguments", "only under ~/proj/src", "only in its project", "this tool, any arguments"],
      { project: "/home/u/proj" },
    ],
    [
      "two paths",
      { source: "/home/u/proj/a/x", destination: "/home/u/proj/b/y" },
      ["exactly these arguments", "only under ~/proj", "this tool, any arguments"],
    ],
    [
      "a folder",
      { path: "/home/u/proj/src/" },
      ["exactly these arguments", "only under ~/proj/src", "this tool, any arguments"],
    ],
    [
      "a list of paths",
      { paths: ["/home/u/proj/a/x", "/home/u/proj/a/y"] },
      ["exactly these arguments", "only under ~/proj/a", "this tool, any arguments"],
    ],
    [
      "a path in the home folder itself",
      { path: "~/x" },
      ["exactly these arguments", "this tool, any arguments"],
    ],
    [
      "a path near the root",
      { path: "/etc/passwd" },
      ["exactly these arguments", "this tool, any arguments"],
    ],
    [
      "a path through a link",
      { path: "/home/u/proj/l/x" },
      ["exactly these arguments", "only under /data/deep", "this tool, any arguments"],
      { links: { "/home/u/proj/l": "/data/deep" } },
    ],
    [
      "a path that cannot be told",
      { path: "$HOME/x" },
      ["exactly these arguments", "this tool, any arguments"],
    ],
    [
      "a path of a remote server",
      { path: "/home/u/proj/src/a" },
      ["exactly these arguments", "this tool, any arguments"],
      { where: "remote" },
    ],
    [
      "a URL",
      { url: "https://example.com/a" },
      ["exactly these arguments", "only example.com", "this tool, any arguments"],
    ],
    [
      "a URL with a port",
      { url: "http://localhost:3000/a" },
      ["exactly these arguments", "only localhost:3000", "this tool, any arguments"],
    ],
    [
      "two URLs of different hosts",
      { from: "https://a.org/", to: "https://b.org/" },
      ["exactly these arguments", "only a.org and b.org", "this tool, any arguments"],
    ],
    [
      "a URL that is written oddly",
      { url: "https://a@example.com/" },
      ["exactly these arguments", "this tool, any arguments"],
    ],
    ["neither", { text: "hello" }, ["exactly these arguments", "this tool, any arguments"]],
    [
      "a number that a rule would round",
      new TextEncoder().encode('{"id":12345678901234567890}'),
      ["this tool, any arguments"],
    ],
    ["nothing", undefined, ["this tool, any arguments"]],
  ])("of a call with %s", (_, args, expected, facts) => {
    expect(labels({ args }, facts)).toEqual(expected);
  });

  it("writes rules for the client, the server and the tool", () => {
    const [, folder] = narrow(callOf({ args: { paths: ["src/a", "src/b"] } }), factsOf());
    expect(folder).toEqual({
      key: "folder",
      label: "only under ~/proj/src",
      words:
        'Allow the tool "read_file" of the server "files" for the client "claude-code" if "paths" is under "~/proj/src", and every other path too.',
      rule: {
        client: "claude-code",
        server: "files",
        method: "tools/call",
        tool: "read_file",
        args: [{ path: "/paths", under: "~/proj/src" }],
        decision: "allow",
      },
    });
  });
});

describe("coveringRule", () => {
  const cover = (calls: CallChange[]): Partial<Rule> | undefined => {
    const { rule } = coveringRule(calls.map((call) => ({ call: callOf(call), facts: factsOf() }))) ?? {};
    if (rule === undefined) return undefined;
    const { client: _client, method: _method, decision: _decision, ...rest } = rule;
    return rest;
  };
  const read = { claims: { readOnly: true } };
  const readFile = { server: "files", tool: "read_file" };
  it.each<[what: string, calls: CallChange[], expected: Partial<Rule> | undefined]>([
    ["two calls are too few", [{}, {}], undefined],
    [
      "the same arguments",
      Array(3).fill({ args: { text: "x" } }),
      { ...readFile, args: [{ path: "", equals: { text: "x" } }] },
    ],
    ["other texts", ["x", "y", "z"].map((text) => ({ args: { text } })), readFile],
    [
      "paths in one folder",
      ["src/a", "src/b", "src/deep/c"].map((path) => ({ args: { path } })),
      { ...readFile, args: [{ path: "/path", under: "~/proj/src" }] },
    ],
    [
      "paths in folders beside each other",
      ["src/a", "test/b", "c"].map((path) => ({ args: { path } })),
      { ...readFile, args: [{ path: "/path", under: "~/proj" }] },
    ],
    [
      "paths all over the home folder",
      ["a/x", "~/b/y", "~/c"].map((path) => ({ args: { path } })),
      undefined,
    ],
    [
      "paths all over, of a tool that only reads",
      ["a/x", "~/b/y", "~/c"].map((path) => ({ args: { path }, ...read })),
      readFile,
    ],
    [
      "URLs at one host",
      ["a", "b", "c"].map((page) => ({ args: { url: `https://example.com/${page}` } })),
      { ...readFile, args: [{ path: "/url", host: "example.com" }] },
    ],
    [
      "URLs at different hosts",
      ["a", "b", "c"].map((host) => ({ args: { url: `https://${host}.org/` } })),
      undefined,
    ],
    [
      "tools that only read",
      ["get", "list", "show"].map((tool) => ({ tool, args: { id: tool }, ...read })),
      { server: "files", annotations: { readOnly: true } },
    ],
    [
      "tools that only read, in one folder",
      ["get", "list", "show"].map((tool) => ({ tool, args: { path: `src/${tool}` }, ...read })),
      { server: "files", annotations: { readOnly: true }, args: [{ path: "/path", under: "~/proj/src" }] },
    ],
    [
      "different tools that may write",
      ["get", "set", "put"].map((tool) => ({ tool, args: { id: tool } })),
      undefined,
    ],
    ["different servers", ["a", "b", "c"].map((server) => ({ server })), undefined],
    ["different clients", ["a", "b", "c"].map((clientId) => ({ clientId })), undefined],
  ])("%s", (_, calls, expected) => {
    expect(cover(calls)).toEqual(expected);
  });
});

describe("presets", () => {
  const history = [{ server: "web", tool: "fetch", untrusted: true }];
  it.each<[what: string, rules: Rule[], call: CallChange, facts: Facts, expected: string]>([
    ["everything asks", askForEverything(), {}, {}, "ask"],
    ["what may write asks", askForWrites(), {}, {}, "ask"],
    ["what says it only reads does not", askForWrites(), { claims: { readOnly: true } }, {}, "allow"],
    ["resources are no writes", askForWrites(), { method: "resources/read", tool: "" }, {}, "allow"],
    ["a trusted server may all", trustServer("files"), {}, {}, "allow"],
    ["another server may not", [...trustServer("git"), { decision: "deny" }], {}, {}, "deny"],
    ["before untrusted content nothing asks", askAfterUntrusted(), {}, {}, "allow"],
    [
      "after it, what is open to the world asks",
      askAfterUntrusted(),
      { claims: { readOnly: true } },
      { history },
      "ask",
    ],
    [
      "after it, what destroys asks",
      askAfterUntrusted(),
      { claims: { openWorld: false } },
      { history },
      "ask",
    ],
    [
      "after it, what only reads here does not",
      askAfterUntrusted(),
      { claims: { openWorld: false, readOnly: true } },
      { history },
      "allow",
    ],
    [
      "after it, what only adds here does not",
      askAfterUntrusted(),
      { claims: { openWorld: false, destructive: false } },
      { history },
      "allow",
    ],
    ["where nobody knows, it asks", askAfterUntrusted(), {}, { history: undefined }, "ask"],
  ])("%s", (_, rules, call, facts, expected) => {
    expect(compileRules(rules).decide(callOf(call), factsOf(facts), "allow").decision).toBe(expected);
  });
});
