/** The mock hub's profiles, rules, grants and audit log: enough of each to see every state of their screens. */
import type { Result } from "../../shared/contract.ts";
import { GatehouseError } from "../../shared/errors.ts";
import type { Client } from "../../shared/model/client.ts";
import { type Profile, type Rule, ruleSchema } from "../../shared/model/config.ts";
import type { RuleTest, Seen } from "../../shared/model/consent.ts";
import type { Change } from "../../shared/model/question.ts";
import type { ServerSummary } from "../../shared/model/server.ts";
import { HOSTILE } from "./sample-hostile.ts";
import { sampleAudit, sampleGrants, sampleProfiles, sampleRules, sampleSessions } from "./sample-policy.ts";
import { TOOLS } from "./sample-tools.ts";

export interface MockPolicyOptions {
  readonly empty: boolean;
  readonly hostile: boolean;
  servers(): readonly ServerSummary[];
  clients(): readonly Client[];
  broadcast(name: "rulesChanged" | "profilesChanged"): void;
}

const glob = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(text);

/** A stand-in for the hub's words: right in shape only. */
const wordsOf = (rule: Rule): string =>
  `${{ allow: "Allow", ask: "Ask before", deny: "Deny" }[rule.decision]} ${rule.tool === undefined ? "everything" : `the tool "${rule.tool}"`} of ${rule.server === undefined ? "any server" : `the server "${rule.server}"`}${rule.client === undefined ? "" : ` for the client "${rule.client}"`}.`;

/** Creates the state; `answer` gives undefined for a method of others. */
export function createMockPolicy(options: MockPolicyOptions) {
  const { empty, hostile } = options;
  let rules = empty ? [] : sampleRules();
  let grants = empty ? [] : sampleGrants();
  let profiles = empty ? [] : sampleProfiles();
  const audit = empty ? [] : sampleAudit(240);
  if (hostile) {
    const text = (index: number): string => HOSTILE[index % HOSTILE.length]?.slice(0, 4_000) ?? "";
    rules = rules.map((view, index) => ({
      ...view,
      words: text(index),
      rule: { ...view.rule, note: text(index + 1), madeBy: text(index + 2).slice(0, 200) },
    }));
    grants = grants.map((grant, index) => ({ ...grant, words: text(index), client: text(index + 3) }));
    for (const [index, entry] of audit.entries()) entry.detail = text(index);
  }

  const seen = (profile: Profile): Result<"profiles.preview"> => {
    const shown = options
      .servers()
      .filter(
        ({ name, enabled }) => enabled && (profile.servers?.some((pattern) => glob(pattern, name)) ?? true),
      );
    const toolList = shown.flatMap(({ name: server, tools }) => {
      if (tools === null) return [];
      const filter = profile.tools[server] ?? profile.tools["*"];
      return TOOLS.filter(
        ({ name, annotations }) =>
          (!profile.readOnly || annotations?.readOnlyHint === true) &&
          (filter?.allow?.some((pattern) => glob(pattern, name)) ?? true) &&
          !(filter?.deny?.some((pattern) => glob(pattern, name)) ?? false),
      ).map(({ name }) => ({ server, name }));
    });
    const counts: Seen = {
      servers: shown.map(({ name }) => name),
      tools: toolList.length,
      resources: shown.length * 3,
      prompts: shown.length,
    };
    return { ...counts, toolList };
  };
  const renumber = (list: typeof rules): void => {
    rules = list.map((view, index) => ({ ...view, index }));
    options.broadcast("rulesChanged");
  };

  return {
    answer(method: string, params: unknown): unknown {
      const p = params as Record<string, never>;
      switch (method) {
        case "clients.get": {
          const found = options.clients().find(({ name }) => name === (p.name as unknown as string));
          if (found === undefined) throw new GatehouseError("not_found", "there is no such client");
          return { ...found, sessionList: found.sessions === 0 ? [] : sampleSessions(found.name) };
        }
        case "profiles.list":
          return {
            profiles: profiles.map(({ name, profile }) => {
              const { toolList: _, ...counts } = seen(profile);
              const users = options.clients().filter((client) => client.profile === name);
              return { name, profile, clients: users.length, seen: counts };
            }),
          };
        case "profiles.preview":
          return seen(p.profile as unknown as Profile);
        case "audit.list": {
          const { search = "", limit = 100, before } = params as Record<string, never>;
          const needle = String(search).toLowerCase();
          const found = audit.filter(
            ({ id, act, detail }) =>
              (before === undefined || id < before) && `${act} ${detail}`.toLowerCase().includes(needle),
          );
          return { entries: found.slice(0, limit), more: found.length > limit };
        }
        case "rules.list":
          return {
            rules,
            fallback: "ask",
            builtIn: [
              "Deny whatever reaches Gatehouse's own home folder.",
              "Deny whatever reaches the configuration of a known client.",
            ],
            presets: [
              {
                key: "ask-all",
                label: "Ask for everything",
                words: "Ask before everything of any server.",
                rules: [{ id: "preset-ask-all", decision: "ask", madeBy: "preset" }],
              },
              {
                key: "ask-writes",
                label: "Ask for what may write",
                words: "Ask before every tool of any server that its server calls not read-only.",
                rules: [
                  {
                    id: "preset-ask-writes",
                    annotations: { readOnly: false },
                    decision: "ask",
                    madeBy: "preset",
                  },
                ],
              },
              ...options.servers().map(({ name }) => ({
                key: `trust:${name}`,
                label: `Trust ${name}`,
                words: `Allow everything of the server "${name}".`,
                rules: [{ server: name, decision: "allow" }],
              })),
            ],
          };
        case "rules.words": {
          const rule = ruleSchema.parse(p.rule);
          const bad = rule.args?.findIndex(({ regex }) => regex?.includes("(?=")) ?? -1;
          if (bad >= 0)
            throw new GatehouseError("bad_request", `args.${bad}.regex cannot be used: (?= is not supported`);
          return { words: wordsOf(rule) };
        }
        case "rules.test":
          return tested(p as never);
        case "rules.replay": {
          const proposed = p.rules !== undefined;
          return {
            calls: 212,
            allowed: proposed ? 190 : 193,
            asked: proposed ? 19 : 3,
            denied: proposed ? 3 : 16,
            changed: proposed
              ? [2_990, 2_985, 2_976].map((id, index) => ({
                  id,
                  server: index === 2 ? "github" : "files",
                  tool: ["write_file", "read_text_file", "search_issues"][index] ?? null,
                  inForce: index === 0 ? "deny" : "allow",
                  proposed: "ask",
                }))
              : [],
          };
        }
        case "grants.list":
          return { grants };
        case "grants.revoke":
          grants = grants.filter(({ id }) => id !== (p.id as unknown as string));
          options.broadcast("rulesChanged");
          return { ok: true };
        default:
          return undefined;
      }
    },
    /** Carries out an approved change of rules or profiles. */
    apply(change: Change): void {
      if (change.type === "rule.add") {
        const at = change.at ?? rules.length;
        const id = change.rule.id ?? `r-${Math.random().toString(36).slice(2, 8)}`;
        const rule = { madeBy: "person", madeAt: new Date().toISOString(), ...change.rule, id };
        const view = { id, index: at, rule, words: wordsOf(rule), uses: 0, lastUsedAt: null };
        renumber(rules.toSpliced(at, 0, view));
      } else if (change.type === "rule.replace")
        renumber(
          rules.map((view) =>
            view.id === change.id ? { ...view, rule: change.rule, words: wordsOf(change.rule) } : view,
          ),
        );
      else if (change.type === "rule.remove") renumber(rules.filter(({ id }) => id !== change.id));
      else if (change.type === "rule.move") {
        const view = rules.find(({ id }) => id === change.id);
        if (view !== undefined)
          renumber(rules.filter((other) => other !== view).toSpliced(change.to, 0, view));
      } else if (change.type === "profile.set") {
        const { name, profile } = change;
        profiles = [...profiles.filter((other) => other.name !== name), { name, profile }];
        options.broadcast("profilesChanged");
      } else if (change.type === "profile.remove") {
        profiles = profiles.filter(({ name }) => name !== change.name);
        options.broadcast("profilesChanged");
      }
    },
  };

  function tested({ client, server, tool }: { client: string; server: string; tool: string }): RuleTest {
    const fits = ({ rule }: (typeof rules)[number]): boolean =>
      (rule.client === undefined || glob(rule.client, client)) &&
      (rule.server === undefined || glob(rule.server, server)) &&
      (rule.tool === undefined || glob(rule.tool, tool)) &&
      rule.after === undefined;
    const at = rules.findIndex(fits);
    const matched = rules[at];
    const tried = at < 0 ? rules : rules.slice(0, at + 1);
    return {
      decision: matched?.rule.decision ?? "ask",
      by: matched?.id ?? "consent.default",
      why: matched === undefined ? "No rule matches; the default is to ask." : matched.words,
      steps: tried.map((view) => ({
        by: view.id,
        words: view.words,
        matched: view === matched,
        why:
          view === matched
            ? "everything in it fits"
            : view.rule.after !== undefined
              ? "the session has not read such content"
              : `the ${view.rule.client !== undefined && !glob(view.rule.client, client) ? "client" : "server or tool"} is another`,
      })),
    };
  }
}
