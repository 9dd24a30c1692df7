import { describe, expect, it } from "vitest";
import { parseConfig } from "./parse.ts";
import { needsConfirmation } from "./review.ts";

const config = (text: string) => {
  const parsed = parseConfig(text);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config;
};
const base =
  '{ "mcpServers": { "a": { "command": "x", "env": { "K": "1" } } }, "rules": [{ "tool": "t", "decision": "deny" }] }';

describe("an edit of gatehouse.json", () => {
  it.each<[string, string, string[]]>([
    ["nothing new", base, []],
    ["a comment", base.replace("{", "{ // hello\n"), []],
    ["a server disabled", base.replace('"command": "x"', '"command": "x", "enabled": false'), []],
    ["a server removed", base.replace(/"a": \{.*?\} \}/, ""), []],
    ["a prefix", base.replace('"command": "x"', '"command": "x", "prefix": "p"'), []],
    ["a stricter default", `{ "consent": { "default": "deny" }, ${base.slice(1)}`, []],
    [
      "telemetry that leaves the machine",
      `{ "telemetry": { "otlp": "https://o.example/", "headers": { "K": "s" }, "content": true }, ${base.slice(1)}`,
      [
        "telemetry of every call is sent to https://o.example/",
        "telemetry.content: arguments and results of every call are sent along",
      ],
    ],
    ["another command", base.replace('"x"', '"y"'), ['server a now runs: ["y"] with environment {K}']],
    [
      "another value, not shown",
      base.replace('"1"', '"2"'),
      ["server a gets other values in its environment or headers"],
    ],
    [
      "a server added",
      base.replace('"a"', '"b": { "url": "http://h/", "headers": { "X": "s" } }, "a"'),
      ["server b is added and runs: http http://h/ with headers {X}"],
    ],
    [
      "a rule removed",
      base.replace(/"rules".*\]/, '"rules": []'),
      ['rule removed: {"tool":"t","decision":"deny"}'],
    ],
    ["a rule added", base.replace("[{", '[{ "decision": "allow" }, {'), ['rule added: {"decision":"allow"}']],
    ["less in the log", `{ "log": { "payloads": "off" }, ${base.slice(1)}`, ['log.payloads: "full" → "off"']],
    [
      "less in the log of one server",
      base.replace('"command": "x"', '"command": "x", "log": { "payloads": "metadata" }'),
      ['what is recorded of a: {"payloads":"metadata","tools":{}}'],
    ],
    [
      "another store",
      `{ "secrets": { "store": "file" }, ${base.slice(1)}`,
      ["secrets.store: keychain → file"],
    ],
    [
      "a looser default",
      `{ "consent": { "default": "allow" }, ${base.slice(1)}`,
      ["consent.default: ask → allow"],
    ],
    [
      "taking what servers add",
      `{ "consent": { "newTools": "allow" }, ${base.slice(1)}`,
      ["consent.newTools: hold → allow"],
    ],
    [
      "anonymous access",
      `{ "access": { "anonymous": "allow" }, ${base.slice(1)}`,
      ["access.anonymous: deny → allow (requests without a token are taken)"],
    ],
    [
      "a profile",
      `{ "profiles": { "p": { "servers": ["a"] } }, ${base.slice(1)}`,
      ['profile p: {"servers":["a"],"tools":{},"resources":{},"prompts":{},"readOnly":false}'],
    ],
  ])("%s needs the confirmation that it should", (_name, text, lines) => {
    expect(needsConfirmation(config(base), config(text))).toEqual(lines);
  });

  it("needs one for another port, and for rules in another order", () => {
    const two = '{ "rules": [{ "decision": "deny" }, { "decision": "allow" }] }';
    const turned = '{ "rules": [{ "decision": "allow" }, { "decision": "deny" }] }';
    expect(needsConfirmation(config(two), config(turned))).toEqual(["rules are put in another order"]);
    expect(needsConfirmation(config("{}"), config('{ "listen": { "port": 1 } }'))).toHaveLength(1);
  });
});
