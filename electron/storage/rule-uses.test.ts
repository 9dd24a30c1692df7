import { afterEach, beforeEach, expect, test } from "vitest";
import { type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

test("uses of rules outlive the hub, the last count written", async () => {
  const storage = home.open();
  expect(storage.ruleUses.all()).toEqual([]);
  storage.ruleUses.put([
    { rule: "r-1", uses: 1, lastUsedAt: 10.4 },
    { rule: "r-2", uses: 5, lastUsedAt: 20 },
  ]);
  storage.ruleUses.put([{ rule: "r-1", uses: 2, lastUsedAt: 30 }]);
  await storage.close();
  expect(home.open().ruleUses.all()).toEqual([
    { rule: "r-1", uses: 2, lastUsedAt: 30 },
    { rule: "r-2", uses: 5, lastUsedAt: 20 },
  ]);
});
