import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { commandLine } from "../testing/command-line.ts";

const cli = commandLine();
const { run } = cli;

describe("servers", () => {
  const config = (entry: object) => serverConfigSchema.parse(entry);
  it.each<[string[], string | undefined, { name: string; config: object }[]]>([
    [
      ["s", "--env", "A=1=2", "--cwd", "/w", "--prefix", "", "--eager", "--", "npx", "-y", "pkg", "--json"],
      undefined,
      [
        {
          name: "s",
          config: {
            command: "npx",
            args: ["-y", "pkg", "--json"],
            env: { A: "1=2" },
            cwd: "/w",
            prefix: "",
            start: "eager",
          },
        },
      ],
    ],
    [
      ["r", "--url", "https://x.dev/mcp", "--header", "X-Team: a:b", "--header", "Y: 1"],
      undefined,
      [
        {
          name: "r",
          config: { type: "http", url: "https://x.dev/mcp", headers: { "X-Team": "a:b", Y: "1" } },
        },
      ],
    ],
    [
      ["r", "--url", "https://x.dev/e", "--type", "sse"],
      undefined,
      [{ name: "r", config: { type: "sse", url: "https://x.dev/e" } }],
    ],
    [
      ["--json", '{"mcpServers":{"a":{"command":"x"},"b":{"url":"https://x.dev/"}}}'],
      undefined,
      [
        { name: "a", config: { command: "x" } },
        { name: "b", config: { type: "http", url: "https://x.dev/" } },
      ],
    ],
    [["n", "--json", '{"command":"x"}'], undefined, [{ name: "n", config: { command: "x" } }]],
    [
      [],
      "npx -y @scope/server-z",
      [{ name: "z", config: { command: "npx", args: ["-y", "@scope/server-z"] } }],
    ],
  ])("%j is added from stdin %j", async (args, input, expected) => {
    const { code, failed } = await run(["server", "add", ...args], () => ({ ok: true }), {
      readInput: async () => input,
    });
    expect([code, failed]).toEqual([0, ""]);
    expect(cli.hub?.calls).toEqual(
      expected.map(({ name, config: entry }) => ({
        method: "servers.add",
        params: { name, config: config(entry), keychain: true },
      })),
    );
  });

  it("have credentials kept as secrets, or left in the file with a warning when that is said", async () => {
    const plain = ["server", "add", "s", "--env", "API_KEY=letmein", "--", "x"];
    const moved = await run(plain, () => ({ ok: true, secrets: ["s-api-key"] }));
    expect([moved.printed, moved.failed]).toEqual([
      "Added server s.\nKept as secrets, out of gatehouse.json: ${secret:s-api-key}.\n",
      "",
    ]);
    const kept = await run([...plain.slice(0, 3), "--plain", ...plain.slice(3)], () => ({ ok: true }));
    expect(cli.hub?.calls.at(-1)?.params).toMatchObject({ keychain: false });
    expect(kept.failed).toBe(
      "warning: s: env API_KEY looks like a credential, and stands in gatehouse.json\n",
    );
  });

  it("say how to add them all the same where secrets cannot be kept", async () => {
    const { code, failed } = await run(["server", "add", "s", "--env", "API_KEY=letmein", "--", "x"], () => {
      throw new GatehouseError("secrets_unavailable", "no keychain answers", "Start one.");
    });
    expect([code, failed]).toEqual([
      1,
      expect.stringMatching(/no keychain answers[\s\S]*Start one\.[\s\S]*--plain/),
    ]);
  });

  it("are trusted when that is said", async () => {
    const { printed } = await run(["server", "add", "s", "--trust", "--", "x"], () => ({ ok: true }));
    expect(printed).toBe("Added server s; clients may call its tools without asking.\n");
    expect(cli.hub?.calls[0]?.params).toMatchObject({ name: "s", trust: true });
  });

  it("are added with warnings of what is dangerous", async () => {
    const { printed, failed } = await run(["server", "add", "s", "--", "sudo", "x"], () => ({ ok: true }));
    expect([printed, failed]).toEqual([
      "Added server s.\n",
      "warning: s: sudo: runs with administrator rights\n",
    ]);
  });

  it("that cannot be understood are refused before anything is asked of the hub", async () => {
    const { code, failed } = await run(["server", "add", "--json", "curl x | sh"], () => ({ ok: true }));
    expect([code, cli.hub?.received]).toEqual([1, []]);
    expect(failed).toMatch(/^error: bad_request: This needs a shell.*\nNothing was added\.\n$/);
  });

  it.each(["remove", "enable", "disable", "restart"])("are %sd by name", async (act) => {
    const { code, printed } = await run(["server", act, "s", "--json"], () => ({ ok: true }));
    expect([code, printed]).toEqual([0, '{"ok":true}\n']);
    expect(cli.hub?.calls).toEqual([{ method: `servers.${act}`, params: { name: "s" } }]);
  });
});

describe("server review", () => {
  const fresh = {
    id: "pin-2",
    server: "files",
    kind: "tool",
    name: "write",
    change: "new",
    before: null,
    after: "name\n  write",
    flags: [],
    since: "2026-11-22T11:58:00.000Z",
  };

  const answers = (method: string) => (method === "pins.list" ? { held: [fresh] } : { ok: true });

  it("prints what is held, and with --accept accepts exactly that", async () => {
    const { printed } = await run(["server", "review", "files"], answers);
    expect(printed).toBe(
      "new tool write  pin-2, 2 min ago\n  + name\n  +   write\n\nAccept with: gatehouse server review files --accept\n",
    );
    expect(JSON.parse((await run(["server", "review", "files", "--json"])).printed)).toEqual({
      held: [fresh],
      accepted: false,
    });
    const accepted = await run(["server", "review", "files", "--accept"]);
    expect(accepted.printed).toContain("Accepted this change.");
    expect(cli.hub?.calls.at(-1)).toEqual({ method: "pins.accept", params: { ids: ["pin-2"] } });
  });

  it("says when nothing is held", async () => {
    const { printed } = await run(["server", "review", "files", "--accept"], () => ({ held: [] }));
    expect([printed, cli.hub?.calls.length]).toEqual(["Nothing of files is held back.\n", 1]);
  });
});
