import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";
import { client, status } from "../testing/samples.ts";

const cli = commandLine();
const { run } = cli;

describe("clients", () => {
  it("are added with their token printed once, as JSON or with what to do with it", async () => {
    const answers: Answers = (method) =>
      method === "clients.add"
        ? { client, token: "gth_t" }
        : method === "hub.status"
          ? status
          : {
              home: "",
              configFile: "",
              port: 4780,
              consentDefault: "ask",
              consentTimeoutSeconds: 50,
              anonymous: "deny",
              versions: {},
              configError: null,
            };
    expect(
      JSON.parse((await run(["client", "add", "me", "--profile", "p", "--json"], answers)).printed),
    ).toEqual({
      client,
      token: "gth_t",
    });
    expect(cli.hub?.calls[0]).toEqual({ method: "clients.add", params: { name: "me", profile: "p" } });
    const { printed } = await run(["client", "add", "me"]);
    expect(printed).toContain("  gth_t\n");
    expect(printed).toContain('http://127.0.0.1:1/mcp --header "Authorization: Bearer gth_t"');
  });

  it("are listed and revoked", async () => {
    const revoked = { ...client, revokedAt: "2026-11-22T11:30:00.000Z" };
    const answers: Answers = (method) =>
      method === "clients.list" ? { clients: [revoked] } : { client: revoked };
    expect((await run(["client", "list"], answers)).printed).toContain("revoked");
    expect((await run(["client", "revoke", "me"])).printed).toBe(
      "Revoked client me: its token no longer works.\n",
    );
    expect(cli.hub?.calls[1]).toEqual({ method: "clients.revoke", params: { name: "me" } });
  });

  it("are shown with their sessions, what clients say made visible", async () => {
    const session = {
      label: "s-1",
      revision: "2025-11-25",
      transport: "http",
      claimedName: "evil\u001b[2J 1",
      process: { pid: 12, name: "node", executable: "/bin/node", user: null },
      scope: "all",
      project: "/home/a/proj",
      openedAt: "2026-11-22T11:00:00.000Z",
      lastUsedAt: "2026-11-22T11:59:00.000Z",
      running: 1,
    };
    const shown = { ...client, claimedName: "claude\u202e", sessionList: [session] };
    const { printed } = await run(["client", "show", "me"], () => shown);
    expect(printed).toContain('id c1, which calls itself "claude\\u{202e}"');
    expect(printed).toContain("evil\\u{1b}[2J 1");
    expect(printed).toMatch(/s-1 +2025-11-25 +http .* node 12 +all +\/home\/a\/proj +1 +1 min ago/);
    expect(JSON.parse((await run(["client", "show", "me", "--json"])).printed)).toEqual({ client: shown });
  });

  it("are edited: what is not named stays", async () => {
    const labels = { environment: "prod", team: "core" };
    const answers: Answers = (method) =>
      method === "clients.get" ? { ...client, labels, sessionList: [] } : { client };
    const edit = async (...args: string[]) => {
      expect((await run(["client", "edit", "me", ...args], answers)).code).toBe(0);
      return cli.hub?.calls.at(-1)?.params;
    };
    expect(await edit("--rename", "you", "--profile", "work", "--team", "web")).toEqual({
      name: "me",
      newName: "you",
      profile: "work",
      labels: { environment: "prod", team: "web" },
    });
    expect(await edit("--no-profile", "--no-environment")).toEqual({
      name: "me",
      profile: null,
      labels: { team: "core" },
    });
  });
});
