import { expect, test } from "vitest";
import { choicesOf, withAccount } from "./account-choice.ts";

test("there is a choice only where a server has another account than the default one, or one was chosen", () => {
  expect(
    choicesOf({ one: ["default"], none: [], two: ["default", "work"], other: ["home"] }, { gone: "old" }),
  ).toEqual([
    { server: "gone", names: ["default", "old"] },
    { server: "other", names: ["default", "home"] },
    { server: "two", names: ["default", "work"] },
  ]);
});

test("choosing the default account leaves no entry, and other servers keep theirs", () => {
  expect(withAccount({ a: "x" }, "b", "work")).toEqual({ a: "x", b: "work" });
  expect(withAccount({ a: "x", b: "work" }, "b", "default")).toEqual({ a: "x" });
});
