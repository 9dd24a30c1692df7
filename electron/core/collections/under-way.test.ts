import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnderWay, UnderWayByKey } from "./under-way.ts";

describe("things under way", () => {
  it("are there from when they are added until they are taken out", () => {
    const under = new UnderWay<{ name: string }>();
    const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
    under.add(a);
    under.add(b);
    expect(under.delete(a)).toBe(true);
    under.add(c);
    expect([under.delete(a), under.size, new Set(under.all())]).toEqual([false, 2, new Set([b, c])]);
  });

  it("by key are what a map would hold, whatever is added and taken in whatever order", () => {
    // Few keys, so that they meet; some share a bucket, some differ only in their beginning.
    const key = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.constantFrom('"a-1234"', '"b-1234"', "1", "65", ""),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key), { maxLength: 300 }), (steps) => {
        const model = new Map<string | number, number>();
        const under = new UnderWayByKey<string | number, number>();
        steps.forEach(([adds, each], at) => {
          if (adds && !model.has(each)) {
            model.set(each, at);
            under.add(each, at);
          } else {
            const expected = model.get(each);
            model.delete(each);
            expect(under.take(each)).toBe(expected);
          }
          expect([under.size, under.has(each), under.get(each)]).toEqual([
            model.size,
            model.has(each),
            model.get(each),
          ]);
        });
        expect(new Map(under.all().map((entry) => [entry.key, entry.value]))).toEqual(model);
      }),
    );
  });

  it("keep nothing of what was taken out", () => {
    const under = new UnderWayByKey<number, object>();
    for (let id = 0; id < 10_000; id += 1) {
      under.add(id, { id });
      if (id >= 32) under.take(id - 32);
    }
    expect(
      under
        .all()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(Array.from({ length: 32 }, (_, at) => 9_968 + at));
  });
});
