import { expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import { presets } from "./presets.ts";
import { ruleInWords } from "./words.ts";

it.each<[Rule, string]>([
  [{ decision: "allow" }, "Allow everything of any server."],
  [{ server: "files", decision: "allow" }, 'Allow everything of the server "files".'],
  [{ server: "files", tool: "read_*", decision: "deny" }, 'Deny the tool "read_*" of the server "files".'],
  [
    {
      client: "claude-code",
      server: "files",
      tool: "read_file",
      args: [{ path: "/path", under: "~/proj" }],
      decision: "allow",
    },
    'Allow the tool "read_file" of the server "files" for the client "claude-code" if "path" is under "~/proj", and every other path too.',
  ],
  [
    {
      tool: "fetch",
      args: [{ path: "/url", host: "*.example.com" }],
      scope: { until: "2026-06-01T12:00:00Z" },
      decision: "allow",
    },
    'Allow the tool "fetch" of any server if "url" is a URL at "*.example.com" until 2026-06-01T12:00:00Z.',
  ],
  [
    {
      args: [
        { path: "/edits/*/path", glob: "*.md" },
        { path: "/n", min: 1, max: "10" },
      ],
      decision: "deny",
    },
    'Deny everything of any server if any of "/edits/*/path" looks like "*.md" and "n" is from 1 to 10.',
  ],
  [
    { args: [{ path: "", equals: { a: [1, "x"] } }], scope: "session", decision: "allow" },
    'Allow everything of any server if the arguments are exactly {"a":[1,"x"]} for this session.',
  ],
  [
    { server: "git", annotations: { readOnly: true }, decision: "allow" },
    'Allow every tool of the server "git" that its server calls read-only.',
  ],
  [
    { after: { untrusted: true }, annotations: { openWorld: true }, decision: "ask" },
    "Ask before every tool of any server that its server calls open to the world, or leaves that open, once the session has read content that may come from anybody.",
  ],
  [
    { method: "resources/read", project: "~/proj", profile: "work", decision: "deny" },
    'Deny "resources/read" requests for everything of any server under the profile "work" in the project "~/proj".',
  ],
  [
    { after: { server: "web", tool: "fetch" }, args: [{ path: "/cmd", regex: "rm .*" }], decision: "ask" },
    'Ask before everything of any server if "cmd" wholly matches the pattern "rm .*" once the session has used the tool "fetch" of the server "web".',
  ],
  [{ tool: 'x". Deny "y\n', decision: "allow" }, 'Allow the tool "x\\". Deny \\"y\\n" of any server.'],
])("%j in words", (rule, words) => {
  expect(ruleInWords(rule)).toBe(words);
});

it("every preset is said in words and made of rules with ids of their own", () => {
  const all = presets(["files"]);
  expect(all.map(({ key }) => key)).toEqual(["ask-all", "ask-writes", "ask-untrusted", "trust:files"]);
  expect(all.every(({ words }) => words.endsWith("."))).toBe(true);
  const ids = all.flatMap(({ rules }) => rules.flatMap(({ id }) => id ?? []));
  expect(new Set(ids).size).toBe(ids.length);
});
