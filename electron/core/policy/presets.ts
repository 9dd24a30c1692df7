import { type Rule, trustRule } from "../../../shared/model/rule.ts";
import { ruleInWords } from "./words.ts";

/** Rules that are offered ready-made. */
export interface Preset {
  readonly key: string;
  readonly label: string;
  /** What it does, in words. */
  readonly words: string;
  readonly rules: readonly Rule[];
}

const MADE_BY = "preset";

/** Every call asks. Put first it overrules what is below. */
export const askForEverything = (): Rule[] => [{ id: "preset-ask-all", decision: "ask", madeBy: MADE_BY }];

/** Whatever its server does not call read-only asks. What is read-only is left to the rules below and the default. */
export const askForWrites = (): Rule[] => [
  {
    id: "preset-ask-writes",
    method: "tools/call",
    annotations: { readOnly: false },
    decision: "ask",
    madeBy: MADE_BY,
  },
];

/** Every client may call everything of one server. */
export const trustServer = (server: string): Rule[] => [trustRule(server)];

/**
 * Once a session has read content that may come from anybody, which may hold orders to the model, whatever sends
 * something out or runs or changes something asks: the two halves of an exfiltration. What a server says of its tools
 * decides; one that says nothing counts as both.
 */
export const askAfterUntrusted = (): Rule[] => [
  {
    id: "preset-untrusted-outbound",
    method: "tools/call",
    annotations: { openWorld: true },
    after: { untrusted: true },
    decision: "ask",
    madeBy: MADE_BY,
  },
  {
    id: "preset-untrusted-executing",
    method: "tools/call",
    annotations: { readOnly: false, destructive: true },
    after: { untrusted: true },
    decision: "ask",
    madeBy: MADE_BY,
  },
];

/** Every preset, for the given servers. */
export function presets(servers: readonly string[]): Preset[] {
  const preset = (key: string, label: string, rules: readonly Rule[]): Preset => ({
    key,
    label,
    words: rules.map(ruleInWords).join(" "),
    rules,
  });
  return [
    preset("ask-all", "Ask for everything", askForEverything()),
    preset("ask-writes", "Ask for what may write", askForWrites()),
    preset("ask-untrusted", "Ask once untrusted content was read", askAfterUntrusted()),
    ...servers.map((server) => preset(`trust:${server}`, `Trust ${server}`, trustServer(server))),
  ];
}
