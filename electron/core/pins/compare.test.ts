import { describe, expect, it } from "vitest";
import { comparePins, type NewTools, type Pinnable, pinName } from "./compare.ts";

const item = (kind: Pinnable["kind"], key: string, hash: string): Pinnable => ({ kind, key, hash });
const pinsOf = (...items: Pinnable[]) => new Map(items.map((each) => [pinName(each), each]));
const policy = (newTools: NewTools, first = false, suspicious = false) => ({
  first,
  newTools,
  suspicious: () => suspicious,
});

describe("what is held of a catalogue", () => {
  const accepted = pinsOf(
    item("tool", "a", "1"),
    item("resource", "u", "1"),
    item("instructions", "", "1"),
    item("package", "", "1"),
  );
  type Row = [
    what: string,
    now: Pinnable,
    rule: ReturnType<typeof policy>,
    becomes: "same" | "pinned" | "new" | "changed",
  ];
  it.each<Row>([
    ["an accepted tool as it was", item("tool", "a", "1"), policy("hold"), "same"],
    ["an accepted tool that changed", item("tool", "a", "2"), policy("hold"), "changed"],
    ["the same, where new ones are asked for", item("tool", "a", "2"), policy("ask"), "changed"],
    ["the same, where new ones are allowed", item("tool", "a", "2"), policy("allow"), "changed"],
    ["a new tool", item("tool", "b", "1"), policy("hold"), "new"],
    ["a new tool that is asked for", item("tool", "b", "1"), policy("ask"), "new"],
    ["a new tool that is allowed", item("tool", "b", "1"), policy("allow"), "pinned"],
    [
      "a suspicious new tool that would be allowed",
      item("tool", "b", "1"),
      policy("allow", false, true),
      "new",
    ],
    ["a new prompt", item("prompt", "a", "1"), policy("hold"), "new"],
    ["a new template", item("template", "a", "1"), policy("hold"), "new"],
    ["a new resource", item("resource", "v", "1"), policy("hold"), "pinned"],
    ["a suspicious new resource", item("resource", "v", "1"), policy("hold", false, true), "new"],
    ["a resource whose text changed", item("resource", "u", "2"), policy("hold"), "changed"],
    ["changed instructions", item("instructions", "", "2"), policy("allow"), "changed"],
    ["an updated package", item("package", "", "2"), policy("hold"), "changed"],
    ["an updated package where updates are allowed", item("package", "", "2"), policy("allow"), "pinned"],
  ])("%s", (_what, now, rule, becomes) => {
    const { pin, held } = comparePins(accepted, [now], rule);
    expect({ pin, held }).toEqual({
      pin: becomes === "pinned" ? [now] : [],
      held: becomes === "new" || becomes === "changed" ? [{ item: now, change: becomes }] : [],
    });
  });

  it("is nothing at first: approving the server was approving what it says", () => {
    const now = [item("tool", "a", "1"), item("instructions", "", "1"), item("prompt", "p", "1")];
    expect(comparePins(new Map(), now, policy("hold", true, true))).toEqual({ pin: now, held: [] });
  });

  it("is new instructions where there were none, and the first package that is found is not", () => {
    const { pin, held } = comparePins(
      new Map(),
      [item("instructions", "", "1"), item("package", "", "1")],
      policy("allow"),
    );
    expect(held).toEqual([{ item: item("instructions", "", "1"), change: "new" }]);
    expect(pin).toEqual([item("package", "", "1")]);
  });
});
