import { describe, expect, it } from "vitest";
import type { Result } from "../../../shared/contract.ts";
import { askingHub } from "../consent/testing/asking-hub.ts";
import { callOf } from "../testing/test-hub.ts";

const allow = { server: "fake", tool: "echo", decision: "allow" };
const deny = { server: "fake", tool: "rm*", decision: "deny" };

describe("rules", () => {
  it("are listed with their names, words, uses, presets and what no rule overrules", async () => {
    const hub = await askingHub({ rules: [{ id: "mine", ...deny }, allow] });
    const listed = (await hub.hub.callAs("viewer", "rules.list", {})) as Result<"rules.list">;
    expect(listed.rules).toMatchObject([
      { id: "mine", index: 0, uses: 0, lastUsedAt: null },
      { id: expect.stringMatching(/^h-[0-9a-f]{10}$/), index: 1 },
    ]);
    expect(listed.rules.every(({ words }) => words.length > 10)).toBe(true);
    expect(listed.fallback).toBe("ask");
    expect(listed.builtIn[0]).toBeTruthy();
    expect(listed.presets.map(({ key }) => key)).toContain("trust:fake");
  });

  it("count their uses by what they are called, wherever they stand, and write them down", async () => {
    const hub = await askingHub({ rules: [allow] });
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    for (const id of [1, 2]) await hub.request(callOf("fake__echo", {}, id), { session });
    await hub.hub.callAs("owner", "rules.add", { rule: deny, at: 0 });
    await hub.request(callOf("fake__echo", {}, 3), { session });
    const { rules } = (await hub.hub.callAs("viewer", "rules.list", {})) as Result<"rules.list">;
    expect(rules.map(({ uses }) => uses)).toEqual([0, 3]);
    hub.hub.state.ruleUses.write();
    expect([...hub.storage.storedRuleUses.values()]).toMatchObject([{ rule: rules[1]?.id, uses: 3 }]);
    // Whose place is another's by now is still told from the record.
    expect(hub.storage.rows.map(({ rule }) => rule)).toEqual(
      ["rules[0]", "rules[0]", "rules[1]"].map((place) => `${place} ${rules[1]?.id}`),
    );
  });

  it("are added, replaced, moved and removed by name, each recorded", async () => {
    const hub = await askingHub({ rules: [allow] });
    const call = (method: string, params: object) => hub.hub.callAs("owner", method, params);
    const added = (await call("rules.add", { rule: deny, at: 0 })) as { id: string };
    expect(hub.hub.state.store.config.rules).toMatchObject([
      { id: added.id, madeBy: "person", madeAt: expect.any(String) },
      allow,
    ]);
    await call("rules.move", { id: added.id, to: 5 });
    expect(hub.hub.state.store.config.rules.map(({ decision }) => decision)).toEqual(["allow", "deny"]);
    await call("rules.replace", { id: added.id, rule: { ...deny, tool: "mv" } });
    expect(hub.hub.state.store.config.rules[1]).toMatchObject({ id: added.id, tool: "mv" });
    await call("rules.remove", { id: added.id });
    expect(hub.hub.state.store.config.rules).toEqual([allow]);
    expect(hub.storage.audited.map((line) => line.split(" ")[1])).toEqual([
      "rule.add",
      "rule.move",
      "rule.replace",
      "rule.remove",
    ]);
    await expect(call("rules.remove", { id: added.id })).rejects.toMatchObject({ code: "not_found" });
  });

  it("that a viewer asks for wait as questions, and are made when they are approved", async () => {
    const hub = await askingHub();
    const { id } = (await hub.hub.callAs("viewer", "questions.ask", {
      change: { type: "rule.add", rule: allow },
    })) as { id: string };
    expect(hub.hub.state.store.config.rules).toEqual([]);
    await hub.answer({ id, answer: "approve" });
    expect(hub.hub.state.store.config.rules).toMatchObject([allow]);
  });

  it("that cannot be used are refused with the member that is wrong", async () => {
    const hub = await askingHub();
    const rule = { ...allow, args: [{ path: "/x", regex: "(" }] };
    for (const [method, params] of [
      ["rules.words", { rule }],
      ["rules.add", { rule }],
    ] as const)
      await expect(hub.hub.callAs("owner", method, params)).rejects.toMatchObject({
        code: "bad_request",
        message: expect.stringContaining("args.0.regex"),
      });
  });

  it("are tried on a call that nobody makes", async () => {
    const hub = await askingHub({ rules: [allow] });
    const test = async (rules?: object[]) =>
      (await hub.hub.callAs("viewer", "rules.test", {
        client: "tester",
        server: "fake",
        tool: "echo",
        ...(rules === undefined ? {} : { rules }),
      })) as Result<"rules.test">;
    expect(await test()).toMatchObject({ decision: "allow", by: "rules[0]" });
    expect((await test()).steps.at(-1)).toMatchObject({ by: "rules[0]", matched: true });
    expect(await test([])).toMatchObject({ decision: "ask", by: "consent.default" });
    expect(hub.reached()).toEqual([]);
  });

  it("are replayed over what was recorded, and a draft is compared", async () => {
    const hub = await askingHub({ rules: [allow] });
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    for (const n of [1, 2, 3]) await hub.request(callOf("fake__echo", { n }, n), { session });
    const replay = async (rules?: object[]) =>
      (await hub.hub.callAs("viewer", "rules.replay", {
        since: 0,
        ...(rules === undefined ? {} : { rules }),
      })) as Result<"rules.replay">;
    expect(await replay()).toEqual({ calls: 3, allowed: 3, asked: 0, denied: 0, changed: [] });
    const draft = [{ ...deny, tool: "echo", args: [{ path: "/n", min: 2 }] }, allow];
    expect(await replay(draft)).toMatchObject({
      calls: 3,
      allowed: 1,
      denied: 2,
      changed: [
        { id: 3, inForce: "allow", proposed: "deny" },
        { id: 2, inForce: "allow", proposed: "deny" },
      ],
    });
  });
});
