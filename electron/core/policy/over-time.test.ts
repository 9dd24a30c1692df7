import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import type { PolicyFacts } from "./call.ts";
import { compileRules } from "./compile.ts";
import { allow, ask, callOf, decided, deny, factsOf } from "./testing/policy-kit.ts";

describe("how long a rule lasts", () => {
  it.each<[what: string, scope: Rule["scope"], allows: boolean]>([
    ["always", "always", true],
    ["until later", { until: "2026-06-01T12:00:01Z" }, true],
    ["until now", { until: "2026-06-01T12:00:00Z" }, false],
    ["until earlier", { until: "2026-06-01T11:59:59Z" }, false],
    ["until later, in another zone", { until: "2026-06-01T14:00:01+02:00" }, true],
    ["until earlier, in another zone", { until: "2026-06-01T13:59:59+02:00" }, false],
    ["once, in a file", "once", false],
    ["for a session, in a file", "session", false],
  ])("an allow %s", (_, scope, allows) => {
    expect(decided([allow({ scope })], {}, "deny")).toBe(allows ? "allow rules[0]" : "deny consent.default");
  });

  it("a deny of a session holds where nobody knows of sessions", () => {
    expect(decided([deny({ scope: "session" })], {}, "allow")).toBe("deny rules[0]");
  });

  it.each([true, false])("what is in force says whoever keeps grants: %s", (inForce) => {
    const facts = factsOf({ inForce: () => inForce });
    expect(decided([allow({ scope: "session" })], {}, "deny", facts)).toBe(
      inForce ? "allow rules[0]" : "deny consent.default",
    );
  });

  it("time goes on for rules that are remembered", () => {
    const policy = compileRules([allow({ scope: { until: "2026-06-01T12:00:01Z" } })]);
    const start = factsOf();
    expect(policy.decide(callOf(), start, "deny").decision).toBe("allow");
    expect(policy.decide(callOf(), factsOf({ now: start.now + 1_000 }), "deny").decision).toBe("deny");
  });
});

describe("rules that look back", () => {
  const read = { server: "web", tool: "fetch", untrusted: true };
  const listed = { server: "files", tool: "list", untrusted: false };
  it.each<
    [
      what: string,
      after: NonNullable<Rule["after"]>,
      history: PolicyFacts["history"],
      matches: "yes" | "no" | "unknown",
    ]
  >([
    ["nothing was used", { untrusted: true }, [], "no"],
    ["untrusted content was read", { untrusted: true }, [listed, read], "yes"],
    ["only trusted tools were used", { untrusted: true }, [listed], "no"],
    ["the server was used", { server: "web" }, [read], "yes"],
    ["another server was used", { server: "web" }, [listed], "no"],
    ["the tool was used", { server: "web", tool: "f*" }, [read], "yes"],
    ["another tool of the server was used", { server: "web", tool: "search" }, [read], "no"],
    [
      "the server and the untrusted content were different calls",
      { server: "files", untrusted: true },
      [listed, read],
      "no",
    ],
    ["anything was used", {}, [listed], "yes"],
    ["nobody knows what was used", { untrusted: true }, undefined, "unknown"],
  ])("%s", (_, after, history, matches) => {
    const facts = factsOf({ history });
    expect(decided([ask({ after })], {}, "allow", facts)).toBe(
      matches === "no" ? "allow consent.default" : "ask rules[0]",
    );
    expect(decided([deny({ after })], {}, "allow", facts)).toBe(
      matches === "no" ? "allow consent.default" : "deny rules[0]",
    );
    expect(decided([allow({ after })], {}, "deny", facts)).toBe(
      matches === "yes" ? "allow rules[0]" : "deny consent.default",
    );
  });

  it("hold together with conditions on arguments", () => {
    const rule = ask({ after: { untrusted: true }, args: [{ path: "/a", equals: 1 }] });
    const facts = factsOf({ history: [read] });
    expect(decided([rule], { args: { a: 1 } }, "allow", facts)).toBe("ask rules[0]");
    expect(decided([rule], { args: { a: 2 } }, "allow", facts)).toBe("allow consent.default");
  });
});
