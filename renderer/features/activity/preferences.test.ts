import { describe, expect, it } from "vitest";
import { parseFilter } from "./filter/parse.ts";
import { BUILT_IN, createPreferences } from "./preferences.ts";

const memory = (text: string | null = null) => {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_: string, value: string) => {
      kept = value;
    },
  };
};

describe("how a person looks at calls", () => {
  it("is there again in the next window", () => {
    const storage = memory();
    const first = createPreferences(storage);
    first.save({ name: " Mine ", text: "server:a" });
    first.save({ name: "Other", text: "server:b" });
    first.rename("Other", "Theirs");
    first.save({ name: "Theirs", text: "server:c" });
    first.toggleColumn("session");
    first.toggleColumn("client");
    expect(createPreferences(storage).store.getState()).toEqual({
      views: [
        { name: "Mine", text: "server:a" },
        { name: "Theirs", text: "server:c" },
      ],
      columns: ["result", "session"],
    });
    first.remove("Mine");
    expect(createPreferences(storage).store.getState().views).toHaveLength(1);
  });

  it("puts a deleted view back where it was, unless its name is taken since", () => {
    const preferences = createPreferences(memory());
    const names = (): string[] => preferences.store.getState().views.map(({ name }) => name);
    for (const name of ["a", "b", "c"]) preferences.save({ name, text: "" });
    const undo = preferences.remove("b");
    expect(names()).toEqual(["a", "c"]);
    undo();
    undo();
    expect(names()).toEqual(["a", "b", "c"]);
    const late = preferences.remove("b");
    preferences.save({ name: "B", text: "server:x" });
    late();
    expect(names()).toEqual(["a", "c", "B"]);
  });

  it.each([null, "", "{", "[]", '{"views":3,"columns":["odd"]}'])("begins afresh with %s", (text) => {
    expect(createPreferences(memory(text)).store.getState()).toEqual({
      views: [],
      columns: ["client", "result"],
    });
  });

  it("takes no name twice", () => {
    const preferences = createPreferences(memory());
    preferences.save({ name: "Mine", text: "" });
    expect(preferences.nameProblem("mine")).toMatch(/Another/);
    expect(preferences.nameProblem("ERRORS")).toMatch(/Another/);
    expect(preferences.nameProblem("MINE", "Mine")).toBeUndefined();
    expect(preferences.nameProblem("  ")).toMatch(/name/);
    expect(preferences.nameProblem("x".repeat(41))).toMatch(/40/);
    expect(preferences.nameProblem("New")).toBeUndefined();
  });

  it("has views from the start, and each is a right filter", () => {
    for (const { text } of BUILT_IN) expect(parseFilter(text, 0).problems).toEqual([]);
  });
});
