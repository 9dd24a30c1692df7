import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Config, serverConfigSchema } from "../../../shared/model/config.ts";
import {
  insertRule,
  moveRule,
  NEW_FILE,
  removeRule,
  removeServer,
  replaceRule,
  setServer,
  setServerEnabled,
  setValue,
  trustServer,
} from "./edit.ts";
import { parseConfig } from "./parse.ts";

const configOf = (text: string): Config => {
  const parsed = parseConfig(text);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config;
};
const server = (entry: object) => serverConfigSchema.parse(entry);

const FILE = `// mine
{
    "listen": { "port": 5000 }, // the old port
    /* servers */
    "mcpServers": {
        // the files
        "files": {
            "command": "npx", // runner
            "args": ["-y", "a"],
            "env": {
                "A": "1", // one
                "B": "2"
            },
            "autoApprove": ["x"]
        }
    },
}
`;

const STARTS = [
  "",
  "// only words",
  "{}",
  '{"mcpServers": {/* none */},}',
  '{ "mcpServers": { "files": { "command": "x" }, } }',
  '{"mcpServers":{"files":{"command":"x"/*,*/},"b":{"command":"y"} // b\n}}',
  '{"mcpServers": {\n// a } brace\n"files": {"command": "x" // {,}\n, "args": []}\n, /* b */ "b": {"command": "y"},\n // end\n}}',
];

describe("an edit of gatehouse.json", () => {
  it("of an empty file starts it with a header and writes only what is no default", () => {
    const text = setServer("", "files", server({ command: "npx", args: ["-y", "a"] }));
    expect(text).toBe(
      NEW_FILE.replace(
        "{\n}\n",
        `{
  "mcpServers": {
    "files": {
      "command": "npx",
      "args": ["-y", "a"]
    }
  }
}
`,
      ),
    );
    expect(configOf(text).mcpServers.files).toEqual(server({ command: "npx", args: ["-y", "a"] }));
  });

  it("that adds a server leaves everything else as it was, in the file's own indentation", () => {
    const text = setServer(FILE, "remote", server({ type: "http", url: "http://x/mcp", enabled: false }));
    expect(text).toBe(
      FILE.replace(
        `        }
    },
}`,
        `        },
        "remote": {
            "type": "http",
            "url": "http://x/mcp",
            "enabled": false
        }
    },
}`,
      ),
    );
  });

  it("that changes a server touches only what differs, and keeps comments and foreign keys", () => {
    const text = setServer(
      FILE,
      "files",
      server({ command: "npx", args: ["-y", "a"], env: { A: "1", B: "3" } }),
    );
    expect(text).toBe(FILE.replace('"B": "2"', '"B": "3"'));
  });

  it("that makes a local server remote leaves nothing of the old kind", () => {
    const text = setServer(FILE, "files", server({ type: "sse", url: "http://x/mcp" }));
    expect(configOf(text).mcpServers.files).toEqual(server({ type: "sse", url: "http://x/mcp" }));
    expect(text).toContain("// the files");
    expect(text).not.toContain("npx");
  });

  it("does not write a default that is already meant", () => {
    const plain = '{ "mcpServers": { "r": { "url": "http://x" } } }';
    expect(setServer(plain, "r", server({ type: "http", url: "http://x" }))).toBe(plain);
    expect(setValue(plain, ["listen", "port"], 4780)).toBe(plain);
    expect(setServerEnabled(plain, "r", true)).toBe(plain);
  });

  it("that switches a server off and on again comes back to the same bytes", () => {
    const off = setServerEnabled(FILE, "files", false);
    expect(configOf(off).mcpServers.files?.enabled).toBe(false);
    expect(setServerEnabled(off, "files", true)).toBe(FILE);
  });

  it("that removes a server keeps the rest", () => {
    const text = removeServer(setServer(FILE, "b", server({ command: "b" })), "files");
    expect(Object.keys(configOf(text).mcpServers)).toEqual(["b"]);
    expect(text).toContain("// the old port");
  });

  it("that trusts a server puts its rule last, once, and its removal takes that rule along", () => {
    const file = FILE.replace(
      "    /* servers */",
      `    "rules": [
        // never
        { "tool": "delete_*", "decision": "deny" } // at all
    ],
    /* servers */`,
    );
    const trusted = trustServer(file, "files");
    expect(trusted).toBe(
      file.replace(
        " } // at all\n",
        ' }, // at all\n        {\n            "server": "files",\n            "decision": "allow"\n        }\n',
      ),
    );
    expect(trustServer(trusted, "files")).toBe(trusted);
    expect(configOf(removeServer(trusted, "files"))).toMatchObject({
      mcpServers: {},
      rules: [{ tool: "delete_*", decision: "deny" }],
    });
    expect(configOf(trustServer("", "files")).rules).toEqual([{ server: "files", decision: "allow" }]);
  });

  it("of a server that does not exist says so", () => {
    for (const edit of [() => removeServer(FILE, "x"), () => setServerEnabled(FILE, "x", true)])
      expect(edit).toThrow(expect.objectContaining({ code: "not_found" }));
  });

  it("sets, replaces and removes single values", () => {
    const text = setValue(setValue(FILE, ["listen", "port"], 6000), ["consent", "default"], "deny");
    expect(configOf(text)).toMatchObject({ listen: { port: 6000 }, consent: { default: "deny" } });
    expect(text).toContain('"port": 6000 }, // the old port');
    expect(configOf(setValue(text, ["consent"], undefined)).consent.default).toBe("ask");
  });

  it("never loses a comment that stands on a line of its own", () => {
    const start =
      '{\n// 1\n"mcpServers": {\n// 2\n"a": {"command": "x"}, // 3\n// 4\n"b": {"command": "y"} // 5\n// 6\n}}';
    const text = removeServer(setServer(removeServer(start, "a"), "c", server({ command: "z" })), "b");
    expect(text).toBe('{\n// 1\n"mcpServers": {\n// 2\n// 4\n"c": {\n  "command": "z"\n}\n// 6\n}}');
  });

  it("in a one-line object stays on that line", () => {
    expect(setValue('{ "listen": { "port": 1 } }', ["listen", "host"], "::1")).toBe(
      '{ "listen": { "port": 1, "host": "::1" } }',
    );
  });

  it("keeps Windows line ends and tabs", () => {
    const text = setServer('{\r\n\t"listen": {}\r\n}\r\n', "s", server({ command: "x" }));
    expect(text).toBe(
      '{\r\n\t"listen": {},\r\n\t"mcpServers": {\r\n\t\t"s": {\r\n\t\t\t"command": "x"\r\n\t\t}\r\n\t}\r\n}\r\n',
    );
  });

  it("after any other edits still reads as what was asked for", () => {
    const name = fc.constantFrom("files", "b", "c");
    const word = fc.string({ maxLength: 6 }).map((text) => text.replaceAll("\0", "").replaceAll("$", ""));
    const config = fc.oneof(
      fc.record({
        command: fc.constantFrom("npx", "x"),
        args: fc.array(word, { maxLength: 3 }),
        enabled: fc.boolean(),
      }),
      fc.record({
        type: fc.constantFrom("http", "sse"),
        url: fc.constant("http://x/y"),
        prefix: fc.constantFrom("", "p"),
      }),
    );
    const step = fc.oneof(
      fc.record({ set: name, config }),
      fc.record({ remove: name }),
      fc.record({ enable: name, on: fc.boolean() }),
      fc.record({ trust: name }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(FILE, FILE.replaceAll("\n", "\r\n"), ...STARTS),
        fc.array(step, { maxLength: 12 }),
        (start, steps) => {
          let text: string = start;
          const trusted = new Set<string>();
          const expected = new Map(start === "" ? [] : Object.entries(configOf(start).mcpServers));
          for (const one of steps) {
            if ("set" in one) {
              text = setServer(text, one.set, server(one.config));
              expected.set(one.set, server(one.config));
            } else if ("remove" in one) {
              if (!expected.delete(one.remove)) continue;
              trusted.delete(one.remove);
              text = removeServer(text, one.remove);
            } else if ("trust" in one) {
              text = trustServer(text, one.trust);
              trusted.add(one.trust);
            } else {
              const old = expected.get(one.enable);
              if (old === undefined) continue;
              text = setServerEnabled(text, one.enable, one.on);
              expected.set(one.enable, { ...old, enabled: one.on });
            }
            expect(configOf(text).mcpServers).toEqual(Object.fromEntries(expected));
            expect(configOf(text).rules.map((rule) => rule.server)).toEqual([...trusted]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("rules", () => {
  const a = { server: "a", decision: "allow" } as const;
  const b = { server: "b", decision: "deny" } as const;
  const c = { server: "c", decision: "ask" } as const;
  const WRITTEN = `{
  // the order counts
  "rules": [
    { "server": "a", "decision": "allow" }, // trusted
    // never
    { "server": "b", "decision": "deny" }
  ]
}
`;

  it("are put before another one or after all, in a file that has none too, and comments stay", () => {
    expect(insertRule(WRITTEN, c, 1)).toBe(
      WRITTEN.replace(
        '    { "server": "b"',
        '    {\n      "server": "c",\n      "decision": "ask"\n    },\n    { "server": "b"',
      ),
    );
    for (const [at, order] of [
      [0, [c, a, b]],
      [1, [a, c, b]],
      [undefined, [a, b, c]],
    ] as const) {
      const edited = insertRule(WRITTEN, c, at);
      expect(configOf(edited).rules).toEqual(order);
      for (const comment of ["// the order counts", "// trusted", "// never"])
        expect(edited).toContain(comment);
    }
    for (const empty of ["", "{}", NEW_FILE, '{ "rules": [] }', '{ "rules": [ ] // none\n}'])
      expect(configOf(insertRule(empty, c, 0)).rules).toEqual([c]);
    expect(configOf(insertRule('{"rules":[{"server":"a","decision":"allow"}]}', c, 0)).rules).toEqual([c, a]);
  });

  it("are replaced, moved and removed by their place", () => {
    expect(configOf(replaceRule(WRITTEN, 1, c)).rules).toEqual([a, c]);
    expect(configOf(removeRule(WRITTEN, 0)).rules).toEqual([b]);
    const moved = moveRule(insertRule(WRITTEN, c, undefined), 2, 0);
    expect(configOf(moved).rules).toEqual([c, a, b]);
    expect(configOf(moveRule(moved, 0, 2)).rules).toEqual([a, b, c]);
    expect(moved).toContain("// never");
  });
});
