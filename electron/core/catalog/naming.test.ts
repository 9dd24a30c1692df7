import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exposeNames, legalToolName, mayExpose, type NamedTool } from "./naming.ts";

const tool = (server: string, name: string, prefix = server): NamedTool => ({ server, prefix, name });
const fold = (name: string): string => name.toLowerCase().replaceAll("-", "_");

describe("exposeNames", () => {
  test("a name that fits and is alone is prefix, two underscores, and the server's own name", () => {
    expect(
      exposeNames([tool("files", "read_file"), tool("git", "read_file"), tool("memory", "Add-Node", "")]),
    ).toEqual(["files__read_file", "git__read_file", "Add-Node"]);
  });

  test("names that carry a hash are the same on every machine and in every run", () => {
    expect(
      exposeNames([
        tool("files", "read"),
        tool("FILES", "Read"),
        tool("a", "x".repeat(60)),
        tool("b", "x.y"),
        tool("b", "x_y"),
        tool("b", "x-z"),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "files__read_wkan0r",
        "FILES__Read_z4ucth",
        "a__xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_dhe89u",
        "b__x_y_uo2yyy",
        "b__x_y_x1tc4v",
        "b__x-z",
      ]
    `);
  });

  test("characters that clients refuse become underscores, without a hash where nothing collides", () => {
    expect(exposeNames([tool("my server", "a.b/c"), tool("s", "ü😀")])).toEqual([
      "my_server__a_b_c",
      "s____",
    ]);
  });

  test("48 characters fit, 49 are cut to 48 with a hash, and names equal up to the cut stay apart", () => {
    const names = exposeNames([
      tool("s", "a".repeat(45)),
      tool("s", "b".repeat(46)),
      tool("s", `${"b".repeat(46)}c`),
    ]);
    expect(names[0]).toBe(`s__${"a".repeat(45)}`);
    expect(names.map((name) => name.length)).toEqual([48, 48, 48]);
    expect(new Set(names).size).toBe(3);
  });

  test("a plain name that equals another's name with its hash gives way, and the other keeps its name", () => {
    const long = tool("s", "x".repeat(60));
    const [hashed = ""] = exposeNames([long]);
    const thief = tool("evil", hashed.toUpperCase(), "");
    for (const tools of [
      [long, thief],
      [thief, long],
    ]) {
      const names = exposeNames(tools);
      expect(names[tools.indexOf(long)]).toBe(hashed);
      expect(new Set(names.map(fold)).size).toBe(2);
    }
  });

  test("a tool listed twice gets two names", () => {
    expect(new Set(exposeNames([tool("s", "x"), tool("s", "x"), tool("s", "x")]).map(fold)).size).toBe(3);
  });

  test("an empty name still gets one", () => {
    expect(exposeNames([tool("s", "", "")])[0]).toMatch(/^_[0-9a-z]{6}$/);
  });

  test("a limit without room for a hash is refused", () => {
    expect(() => exposeNames([], { max: 7 })).toThrow(RangeError);
  });

  const tools = fc.array(
    fc.record({
      server: fc.constantFrom("a", "b", "A", "a-b"),
      prefix: fc.constantFrom("", "p", "P", "p-q", "p_q", "p".repeat(46)),
      name: fc.oneof(
        fc.stringMatching(/^[aAxX._-]{1,3}$/),
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.constantFrom("x".repeat(60), `${"x".repeat(60)}y`, "q__a", "__a"),
      ),
    }),
    { maxLength: 40 },
  );

  test("names are unique to every client, legal and within the limit, whatever the tools", () => {
    fc.assert(
      fc.property(tools, fc.constantFrom(8, 9, 12, 48), (list, max) => {
        const names = exposeNames(list, { max });
        expect(names).toHaveLength(list.length);
        expect(new Set(names.map(fold)).size).toBe(list.length);
        for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(Math.max(0, ...names.map((name) => name.length))).toBeLessThanOrEqual(max);
      }),
      { numRuns: 500 },
    );
  });

  test("names do not depend on the order of the tools", () => {
    const shuffled = tools.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    const assigned = (list: readonly NamedTool[]): string[] => {
      const names = exposeNames(list, { max: 12 });
      return list
        .map(({ server, prefix, name }, i) => JSON.stringify([server, prefix, name, names[i]]))
        .sort();
    };
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(assigned(other)).toEqual(assigned(list));
      }),
      { numRuns: 500 },
    );
  });

  test("a tool whose name collides with nothing keeps it when unrelated tools come and go", () => {
    const long = tool("s", "long".repeat(20));
    const [alone] = exposeNames([long]);
    fc.assert(
      fc.property(tools, (list) => {
        expect(exposeNames([...list, long]).at(-1)).toBe(alone);
      }),
    );
  });
});

describe("mayExpose", () => {
  test("every name of a server's tools may be its, whatever the prefix", () => {
    const named = fc.record({
      server: fc.constant("s"),
      prefix: fc.constantFrom("", "p", "p q", "p".repeat(60)),
      name: fc.string({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(named, { minLength: 1, maxLength: 8 }), (list) => {
        for (const [i, name] of exposeNames(list).entries())
          expect(mayExpose(list[i]?.prefix ?? "", name)).toBe(true);
      }),
    );
  });

  test.each([
    ["files", "git__status", false],
    ["files", "files_status", false],
    ["files", "files__read", true],
    ["", "anything", true],
  ])("prefix %j, name %j: %s", (prefix, name, may) => {
    expect(mayExpose(prefix, name)).toBe(may);
  });
});

describe("legalToolName", () => {
  test.each([
    ["read_file", true],
    ["a.b-C_9", true],
    ["x".repeat(128), true],
    ["", false],
    ["x".repeat(129), false],
    ["a b", false],
    ["a/b", false],
    ["é", false],
    ["a\n", false],
  ])("%j: %s", (name, legal) => {
    expect(legalToolName(name)).toBe(legal);
  });
});
