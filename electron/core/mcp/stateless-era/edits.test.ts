import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { membersOf } from "../../jsonrpc/json.ts";
import { joinParts, splice } from "../../jsonrpc/splice.ts";
import { combine, objectEdits, paramsEdits } from "./edits.ts";
import { edited, message, raw, request } from "./fixtures/messages.ts";

describe("changes of an object", () => {
  test("any members set and removed give what changing the parsed object gives", () => {
    const key: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "d", "e", '"', "ü");
    const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    const space = fc.constantFrom(undefined, 1, "\n\t");
    fc.assert(
      fc.property(object, object, fc.array(key), space, (before, set, removed, indent) => {
        const bytes = raw(JSON.stringify(before, null, indent));
        const span = { start: 0, end: bytes.length };
        const members = membersOf(bytes, span);
        const edits = objectEdits(bytes, span, members, {
          set: new Map(Object.entries(set).map(([name, value]) => [name, raw(JSON.stringify(value))])),
          remove: (name) => removed.includes(name),
        });
        const wanted = Object.fromEntries(Object.entries(before).filter(([name]) => !removed.includes(name)));
        const after = joinParts(
          splice(
            bytes,
            [...edits].sort((a, b) => a.start - b.start || a.end - b.end),
          ),
        );
        expect(JSON.parse(new TextDecoder().decode(after))).toEqual(
          JSON.parse(JSON.stringify({ ...wanted, ...set })),
        );
      }),
    );
  });
});

describe("changes of params", () => {
  const set = new Map([["x", raw(1)]]);
  const metaSet = new Map([["m", raw(2)]]);
  test.each([
    ["absent params are added", undefined, { x: 1, _meta: { m: 2 } }],
    ["empty params are filled", {}, { x: 1, _meta: { m: 2 } }],
    ["others stay", { y: [1] }, { y: [1], x: 1, _meta: { m: 2 } }],
    ["an empty _meta is filled", { _meta: {} }, { x: 1, _meta: { m: 2 } }],
    ["members of _meta stay", { _meta: { n: 3 }, x: 9 }, { x: 1, _meta: { m: 2, n: 3 } }],
    ["a _meta that is no object is replaced", { _meta: null, y: 1 }, { y: 1, x: 1, _meta: { m: 2 } }],
    ["a list for params is replaced", [1], { x: 1, _meta: { m: 2 } }],
  ])("%s", (_, params, after) => {
    const before = message({ method: "m", jsonrpc: "2.0", id: 1, params });
    expect(edited(before, paramsEdits(before.bytes, before.envelope, { set, metaSet }))).toEqual({
      jsonrpc: "2.0",
      id: 1,
      method: "m",
      params: after,
    });
  });

  test.each([
    ["a _meta whose members are all removed goes", { a: 1, _meta: { m: 1 } }, { a: 1 }],
    ["an empty one that a client sent stays", { a: 1, _meta: {} }, { a: 1, _meta: {} }],
    ["one with other members stays", { _meta: { m: 1, n: 2 } }, { _meta: { n: 2 } }],
    ["params that only had it are empty", { _meta: { m: 1 } }, {}],
  ])("%s", (_, params, after) => {
    const before = request("m", params);
    const edits = paramsEdits(before.bytes, before.envelope, { metaRemove: new Set(["m"]) });
    expect(edited(before, edits)).toMatchObject({ params: after });
    expect((edited(before, edits) as { params: unknown }).params).toEqual(after);
  });

  test("combined changes insert into one empty object, and the later one wins", () => {
    const before = request("m", { a: 1 });
    const change = combine(
      { set, remove: new Set(["a", "z"]), metaSet },
      { set: new Map([["z", raw('"z"')]]), metaRemove: new Set(["m"]), metaSet: new Map([["k", raw(true)]]) },
    );
    expect(edited(before, paramsEdits(before.bytes, before.envelope, change))).toMatchObject({
      params: { x: 1, z: "z", _meta: { k: true } },
    });
  });
});
