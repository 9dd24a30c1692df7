import { expect, test } from "vitest";
import type { Change } from "../../../shared/model/question.ts";
import { titleOf } from "./change-text.ts";

const rules = [{ id: "r-1", server: "files", decision: "allow" as const }];
const stored = {
  id: "c-1",
  name: "cursor",
  claimedName: null,
  via: "token" as const,
  profile: null,
  labels: {},
  createdAt: 0,
  lastSeenAt: null,
  revokedAt: null,
};
const state = {
  store: { config: { rules } },
  identities: { find: (name: string) => (name === "cursor" ? stored : undefined) },
};

test.each<[change: Change, title: string]>([
  [
    { type: "client.update", name: "cursor", profile: "work", labels: { team: "core" } },
    "Change the client cursor: profile: none (sees everything) → work, labels: none → team core",
  ],
  [
    { type: "client.update", name: "unknown", profile: null },
    "Change the client unknown: profile: none (sees everything)",
  ],
  [
    {
      type: "profile.set",
      name: "work",
      profile: { servers: ["files"], tools: {}, resources: {}, prompts: {}, readOnly: true },
    },
    'Save the profile work: Sees only the servers "files". Sees only tools that their server calls read-only.',
  ],
  [
    { type: "rule.add", rule: { tool: "write_*", decision: "deny" }, at: 0 },
    'Add the rule at place 1: Deny the tool "write_*" of any server.',
  ],
  [
    { type: "rule.replace", id: "r-1", rule: { server: "files", decision: "ask" } },
    'Change the rule “Allow everything of the server "files".” to: Ask before everything of the server "files".',
  ],
  [{ type: "rule.remove", id: "r-1" }, 'Remove the rule: Allow everything of the server "files".'],
  [
    { type: "rule.move", id: "r-1", to: 2 },
    'Move to place 3 the rule: Allow everything of the server "files".',
  ],
  [{ type: "rule.remove", id: "r-9" }, "Remove the rule: r-9"],
])("a change is asked for in words: %j", (change, title) => expect(titleOf(change, state)).toBe(title));
