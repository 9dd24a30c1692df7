import { expect, it } from "vitest";
import { ruleSchema, rulesSchema } from "./rule.ts";

const complaints = (rule: unknown): string[] => {
  const parsed = ruleSchema.safeParse(rule);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join("/")}: ${message}`);
};
const withTest = (test: object) => ({ args: [{ path: "/a", ...test }], decision: "allow" });

it.each([
  { decision: "allow" },
  {
    id: "r-1.a",
    client: "claude*",
    profile: "work",
    project: "~/proj",
    server: "files",
    method: "tools/call",
    tool: "read_*",
    annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    after: { server: "web", tool: "fetch", untrusted: true },
    args: [{ path: "/a~1b/*/c~0", oneOf: ["x", 1, null, { y: [true] }] }],
    decision: "ask",
    scope: { until: "2026-01-31T18:00:00+02:00" },
    madeBy: "consent popup",
    madeAt: "2026-01-31T18:00:00Z",
    note: "why",
  },
  withTest({ equals: null }),
  withTest({ equals: false }),
  withTest({ min: 0 }),
  withTest({ max: "12345678901234567890" }),
  withTest({ min: "-1e-400", max: 5.5 }),
  withTest({ under: "~" }),
  withTest({ under: "${project}/src" }),
  withTest({ under: "C:\\x" }),
  withTest({ under: "/" }),
])("a rule such as %j is taken as it is", (rule) => {
  expect(ruleSchema.parse(rule)).toEqual(rule);
});

it.each<[unknown, string]>([
  [{ decision: "maybe" }, "decision: "],
  [{ decision: "allow", tools: "x" }, ": "],
  [{ decision: "allow", annotations: { readOnlyHint: true } }, "annotations: "],
  [{ decision: "allow", after: { untrusted: false } }, "after/untrusted: "],
  [{ decision: "allow", id: "a b" }, "id: use letters"],
  [{ decision: "allow", tool: "a\u0000" }, "tool: must not hold control characters"],
  [{ decision: "allow", scope: "for ever" }, "scope: "],
  [{ decision: "allow", scope: { until: "tomorrow" } }, "scope"],
  [withTest({}), "args/0: needs exactly one test: equals, oneOf, glob, regex, under, host, or min and max"],
  [withTest({ glob: "*", regex: ".*" }), "args/0: needs exactly one test"],
  [withTest({ glob: "*", max: 1 }), "args/0: needs exactly one test"],
  [withTest({ equals: 12345678901234567000 }), "args/0/equals: has a number of more than 15 digits"],
  [withTest({ equals: { a: [12345678901234567000] } }), "args/0/equals: has a number of more than 15 digits"],
  [withTest({ min: 12345678901234567000 }), "args/0/min: "],
  [withTest({ min: "12,5" }), "args/0/min: "],
  [withTest({ under: "proj" }), "args/0/under: must start with /"],
  [withTest({ under: "~u/x" }), "args/0/under: must start with /"],
  [withTest({ oneOf: [] }), "args/0/oneOf: must name at least one value"],
  [{ args: [{ path: "a", equals: 1 }], decision: "deny" }, "args/0/path: must be a JSON pointer"],
  [{ args: [{ path: "/a~2", equals: 1 }], decision: "deny" }, "args/0/path: must be a JSON pointer"],
  [{ args: [{ equals: 1 }], decision: "deny" }, "args/0/path: "],
  [{ args: [{ path: "/a", equals: 1, note: "x" }], decision: "deny" }, "args/0: "],
])("a rule such as %j is refused where it is wrong", (rule, complaint) => {
  expect(complaints(rule).join("\n")).toContain(complaint);
});

it("an id is of one rule only", () => {
  const parsed = rulesSchema.safeParse([
    { id: "a", decision: "deny" },
    { decision: "deny" },
    { id: "a", decision: "deny" },
  ]);
  expect(parsed.error?.issues).toMatchObject([
    { path: [2, "id"], message: "is the id of rules[0] already: every rule needs its own" },
  ]);
});
