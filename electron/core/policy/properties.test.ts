import fc from "fast-check";
import { expect, it } from "vitest";
import type { ArgCondition, Rule } from "../../../shared/model/rule.ts";
import { type Claims, NO_CLAIMS, type PolicyCall, type PolicyFacts } from "./call.ts";
import { compileRules, ruleCovers } from "./compile.ts";
import { globMatches } from "./glob.ts";
import { compileHostPattern, judgeHost } from "./host.ts";
import { coveringRule, narrow } from "./narrow.ts";
import { compileTextPattern } from "./pattern.ts";
import { callOf, factsOf } from "./testing/policy-kit.ts";

const name = fc.constantFrom("files", "git", "web");
const tool = fc.constantFrom("read_file", "write_file", "fetch", "search");
const glob = fc.constantFrom("*", "files", "git", "*i*", "read_*", "fetch", "?it");
const value = fc.constantFrom<unknown>(
  "x",
  "/home/u/proj/a",
  "/home/u/proj/sub/b",
  "../../etc/passwd",
  "~/.ssh/id",
  "src/a.ts",
  "https://example.com/a",
  "https://evil.org/",
  "file:///etc/passwd",
  5,
  -1,
  null,
  true,
  ["a", "/etc/passwd"],
  ["sub/a", "sub/b"],
  [],
  { path: "sub/a" },
);
const args = fc.option(
  fc.dictionary(fc.constantFrom("path", "url", "n", "paths", "mode"), value, { maxKeys: 4 }),
  { nil: undefined },
);
const claims: fc.Arbitrary<Claims> = fc.record({
  readOnly: fc.boolean(),
  destructive: fc.boolean(),
  idempotent: fc.boolean(),
  openWorld: fc.boolean(),
});
const call: fc.Arbitrary<PolicyCall> = fc
  .record({
    server: name,
    tool,
    client: fc.constantFrom("claude-code", "cursor"),
    profile: fc.constantFrom("", "work"),
    project: fc.constantFrom("", "/home/u/proj"),
    args,
    claims: fc.oneof(fc.constant(NO_CLAIMS), claims),
  })
  .map(callOf);
const facts: fc.Arbitrary<PolicyFacts> = fc
  .record({
    cwd: fc.constantFrom("/home/u/proj", "/", undefined),
    where: fc.constantFrom("local" as const, "remote" as const, "container" as const),
    project: fc.constantFrom(undefined, "/home/u/proj"),
    caseInsensitive: fc.constantFrom(true, false, undefined),
    links: fc.constantFrom(
      {},
      { "/home/u/proj/sub": "/etc" },
      { "/home/u/proj": "/data/p" },
      { "/home": null },
    ),
    history: fc.constantFrom(undefined, [], [{ server: "web", tool: "fetch", untrusted: true }]),
  })
  .map(factsOf);
const condition: fc.Arbitrary<ArgCondition> = fc
  .tuple(
    fc.constantFrom("/path", "/url", "/n", "/paths", "/paths/*", "/path/path", ""),
    fc.constantFrom<Partial<ArgCondition>>(
      { equals: "x" },
      { oneOf: ["x", 5, null] },
      { glob: "*a*" },
      { regex: "(?s).*a.*" },
      { under: "~/proj" },
      { under: "${project}" },
      { under: "/" },
      { host: "example.com" },
      { host: "*" },
      { min: 0 },
      { min: -5, max: 5 },
    ),
  )
  .map(([path, test]) => ({ path, ...test }));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const rule: fc.Arbitrary<Rule> = fc
  .record({
    decision: fc.constantFrom("allow" as const, "ask" as const, "deny" as const),
    server: optional(glob),
    tool: optional(glob),
    client: optional(fc.constantFrom("claude-code", "c*", "cursor")),
    annotations: optional(fc.constantFrom({ readOnly: true }, { destructive: true })),
    args: optional(fc.array(condition, { maxLength: 2 })),
    after: optional(fc.constantFrom({}, { untrusted: true as const })),
  })
  .map((made) => Object.fromEntries(Object.entries(made).filter(([, each]) => each !== undefined)) as Rule);
const rules = fc.array(rule, { maxLength: 8 });
const fallback = fc.constantFrom("allow" as const, "ask" as const, "deny" as const);
const RUNS = { numRuns: 500 };

it("an allow below a matching deny never allows", () => {
  fc.assert(
    fc.property(rule, rules, call, facts, fallback, (one, below, each, known, otherwise) => {
      const deny: Rule = { ...one, decision: "deny" };
      fc.pre(compileRules([deny]).decide(each, known, "allow").decision === "deny");
      const { decision, by } = compileRules([deny, ...below, { decision: "allow" }]).decide(
        each,
        known,
        otherwise,
      );
      expect({ decision, by }).toEqual({ decision: "deny", by: "rules[0]" });
    }),
    RUNS,
  );
});

it("a deny more, wherever it is put, never allows more", () => {
  fc.assert(
    fc.property(rules, rule, fc.nat(8), call, facts, fallback, (list, one, place, each, known, otherwise) => {
      const more = list.toSpliced(place, 0, { ...one, decision: "deny" });
      const after = compileRules(more).decide(each, known, otherwise).decision;
      if (after !== "allow") return;
      expect(compileRules(list).decide(each, known, otherwise).decision).toBe("allow");
    }),
    RUNS,
  );
});

it("a deny matches whatever the same rule as an allow would let pass", () => {
  fc.assert(
    fc.property(rule, call, facts, (one, each, known) => {
      fc.pre(compileRules([{ ...one, decision: "allow" }]).decide(each, known, "deny").decision === "allow");
      expect(compileRules([{ ...one, decision: "deny" }]).decide(each, known, "allow").decision).toBe("deny");
    }),
    RUNS,
  );
});

it("what is remembered between calls changes nothing", () => {
  fc.assert(
    fc.property(
      rules,
      fc.array(fc.tuple(call, facts), { maxLength: 5 }),
      fallback,
      (list, calls, otherwise) => {
        const policy = compileRules(list);
        for (const [each, known] of calls) {
          const { decision, by, why } = policy.decide(each, known, otherwise);
          const fresh = compileRules(list).decide(each, known, otherwise);
          expect({ decision, by, why }).toEqual({ decision: fresh.decision, by: fresh.by, why: fresh.why });
        }
      },
    ),
    { numRuns: 200 },
  );
});

it("a condition more never lets an allow cover more", () => {
  fc.assert(
    fc.property(rule, condition, call, facts, (one, more, each, known) => {
      const narrowed: Rule = { ...one, args: [...(one.args ?? []), more] };
      // A condition more may name a path that was under no condition before: only then may it cover what was not.
      fc.pre(!(one.args ?? []).some(({ under }) => under !== undefined));
      if (ruleCovers(narrowed, each, known)) expect(ruleCovers(one, each, known)).toBe(true);
    }),
    RUNS,
  );
});

it("narrowing never widens: what a proposed rule lets pass, the widest proposal does too, and it covers its call", () => {
  fc.assert(
    fc.property(call, facts, call, facts, (asked, known, other, later) => {
      const proposals = narrow(asked, known);
      const widest = proposals.at(-1);
      expect(widest?.key).toBe("tool");
      for (const { rule: proposed } of proposals) {
        expect(ruleCovers(proposed, asked, known)).toBe(true);
        if (widest !== undefined && ruleCovers(proposed, other, later))
          expect(ruleCovers(widest.rule, other, later)).toBe(true);
      }
    }),
    RUNS,
  );
});

it("a rule for what was approved covers all of it, and never another client or server", () => {
  fc.assert(
    fc.property(fc.array(call, { minLength: 3, maxLength: 5 }), facts, call, (calls, known, other) => {
      const approvals = calls.map((each) => ({
        call: { ...each, server: "files", client: "cursor" },
        facts: known,
      }));
      const offer = coveringRule(approvals);
      if (offer === undefined) return;
      for (const { call: each } of approvals) expect(ruleCovers(offer.rule, each, known)).toBe(true);
      if (other.server !== "files" || other.client !== "cursor")
        expect(ruleCovers(offer.rule, other, known)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

it("no pattern hangs it: time grows with the text and the pattern, never with the ways to match", () => {
  const piece = fc.constantFrom(
    "a",
    "a*",
    "(a+)+",
    "(a|a)*",
    "(a*)*",
    "(.*a){9}",
    "(a|aa)+",
    "b?",
    ".*",
    "[a-c]{2,9}",
    "(?:a?){20}",
  );
  const evil = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => `${parts.join("")}$`);
  const text = fc.nat(2_000).map((length) => `${"a".repeat(length)}!`);
  // Vitest's own limit is what would tell of a hang: backtracking needs 2^length steps for these.
  fc.assert(
    fc.property(evil, text, (source, against) => {
      const pattern = compileTextPattern(source);
      if (typeof pattern !== "string") pattern.matchesWhole(against);
      globMatches(source.replaceAll("+", "*"), against);
    }),
    { numRuns: 100 },
  );
});

it("no text makes the engine throw", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom(
          "/",
          "\\",
          "..",
          ":",
          "%2e",
          "%",
          "~",
          "file:",
          "//",
          "@",
          "C:",
          "?",
          "\0",
          "[",
          "]",
          "xn--",
          "é",
          " ",
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join("")),
  );
  const folders = ["~/proj", "/", "C:\\x", "${project}/a"];
  const hosts = ["example.com", "*", "*.x.org:*"]
    .map(compileHostPattern)
    .filter((host) => typeof host !== "string");
  fc.assert(
    fc.property(text, fc.constantFrom("linux", "win32", "darwin"), facts, (each, platform, known) => {
      const here = { ...known, ...factsOf({ platform }) };
      const asked = callOf({ args: { path: each, command: `cat ${each}` } });
      for (const under of folders)
        for (const decision of ["allow", "deny"] as const)
          compileRules([{ args: [{ path: "/path", under }], decision }]).explain(asked, here, "ask");
      for (const host of hosts) for (const lenient of [true, false]) judgeHost(each, host, lenient).why();
      narrow(asked, here);
    }),
    { numRuns: 300 },
  );
});
