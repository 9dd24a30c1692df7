import { afterEach, describe, expect, it } from "vitest";
import { removeProfile, ruleOfClientRenamed, setProfile } from "../../config/edit.ts";
import { createTwoServers, type TwoServers } from "../../testing/two-servers.ts";

let open: TwoServers | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const start = async (profiles: object = {}): Promise<TwoServers> => {
  open = await createTwoServers(profiles);
  return open;
};
const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "ok",
    (error: { code?: string }) => error.code ?? "thrown",
  );
const empty = { tools: {}, resources: {}, prompts: {}, readOnly: false };

describe("a client", () => {
  it("keeps its id, sessions and rules under another name, and its older calls are found by it", async () => {
    const hub = await start();
    const ann = hub.addClient("ann");
    const session = await hub.open({ kind: "all" }, ann);
    const deny = { client: "Ann", server: "b", decision: "deny" };
    await hub.configure(
      JSON.stringify({
        consent: { default: "allow" },
        mcpServers: { a: { command: "a" }, b: { command: "b" } },
        rules: [deny],
      }),
    );
    const told: unknown[] = [];
    hub.hub.state.broadcaster.subscribe((name, data) => told.push([name, data]));
    const { client } = (await hub.hub.callAs("owner", "clients.update", {
      name: "ann",
      newName: "anna",
    })) as {
      client: { id: string };
    };
    expect(client).toMatchObject({ id: ann.id, name: "anna", claimedName: "t", sessions: 1, via: "token" });
    expect(hub.hub.state.store.config.rules).toMatchObject([{ ...deny, client: "anna" }]);
    expect(hub.hub.mcp.session(session.id, ann, { kind: "all" })).toBe(session);
    expect(ann.name).toBe("anna");
    expect(hub.storage.audited.slice(-2)).toEqual([
      "owner rule.replace rules of the client ann are rules of anna now",
      "owner client.update ann: name anna",
    ]);
    expect(told).toContainEqual([
      "auditRecorded",
      expect.objectContaining({ act: "client.update", role: "owner" }),
    ]);
    expect(told).toContainEqual(["clientChanged", expect.objectContaining({ name: "anna" })]);
    await hub.hub.callAs("viewer", "calls.list", { filter: { client: "anna" } });
    expect(hub.storage.callFilters.at(-1)).toEqual({ client: { names: ["anna"], ids: [ann.id] } });
  });

  it("takes no name of another, and no profile that is not there", async () => {
    const hub = await start({ A: {} });
    hub.addClient("ann");
    hub.addClient("bob");
    const update = (change: object) =>
      codeOf(hub.hub.callAs("owner", "clients.update", { name: "ann", ...change }));
    expect([
      await update({ newName: "BOB" }),
      await update({ newName: "a\nb" }),
      await update({ profile: "constructor" }),
      await update({ name: "nobody" }),
      await update({ newName: "Ann", profile: "A" }),
    ]).toEqual(["name_taken", "bad_request", "not_found", "not_found", "ok"]);
  });

  it("is changed when somebody who may approves what a viewer has asked for", async () => {
    const hub = await start({ A: {} });
    hub.addClient("ann");
    const change = { type: "client.update", name: "ann", profile: "A", labels: { team: "web" } };
    const { id } = (await hub.hub.callAs("viewer", "questions.ask", { change })) as { id: string };
    await hub.hub.callAs("owner", "questions.answer", { id, answer: "approve" });
    expect(hub.hub.state.identities.find("ann")).toMatchObject({ profile: "A", labels: { team: "web" } });
  });

  it("and servers are found by their labels", async () => {
    const hub = await start();
    const ann = hub.addClient("ann");
    await hub.configure(
      JSON.stringify({
        mcpServers: { a: { command: "a", labels: { environment: "prod" } }, b: { command: "b" } },
      }),
    );
    await hub.hub.callAs("owner", "clients.update", {
      name: "ann",
      labels: { environment: "prod", team: "web" },
    });
    await hub.hub.callAs("viewer", "calls.list", { filter: { environment: "prod", team: "web" } });
    expect(hub.storage.callFilters.at(-1)).toEqual({
      parties: [
        { servers: ["a"], clientIds: [ann.id] },
        { servers: [], clientIds: [ann.id] },
      ],
    });
    const status = (await hub.hub.callAs("viewer", "hub.status", {})) as { servers: { labels: object }[] };
    expect(status.servers.map(({ labels }) => labels)).toEqual([{ environment: "prod" }, {}]);
  });
});

describe("a profile", () => {
  it("is listed with what it shows and how many have it, and previewed before it is saved", async () => {
    const hub = await start({ A: { servers: ["a"], readOnly: true } });
    hub.addClient("ann", "A");
    const seen = { servers: ["a"], tools: 1, resources: 2, prompts: 1 };
    const listed = await hub.hub.callAs("viewer", "profiles.list", {});
    expect(listed).toEqual({
      profiles: [{ name: "A", profile: { ...empty, servers: ["a"], readOnly: true }, clients: 1, seen }],
    });
    const profile = { resources: { "*": { deny: ["*one"] } } };
    expect(await hub.hub.callAs("viewer", "profiles.preview", { profile })).toEqual({
      servers: ["a", "b"],
      tools: 6,
      resources: 2,
      prompts: 2,
      toolList: ["a", "b"].flatMap((server) => ["look", "write", "slow"].map((name) => ({ server, name }))),
    });
  });

  it("is not removed while a living client has it", async () => {
    const hub = await start({ A: {} });
    hub.addClient("ann", "A");
    const remove = () => codeOf(hub.hub.callAs("owner", "profiles.remove", { name: "A" }));
    expect(await remove()).toBe("bad_request");
    await hub.hub.callAs("owner", "clients.revoke", { name: "ann" });
    expect([await remove(), await remove()]).toEqual(["ok", "not_found"]);
    expect(await codeOf(hub.hub.callAs("owner", "profiles.set", { name: "a b", profile: {} }))).toBe(
      "bad_request",
    );
  });

  it("is written so that comments stay, and defaults are left out", () => {
    const text = '{\n  // mine\n  "profiles": {\n    "A": { "servers": ["a"] } // kept\n  }\n}\n';
    const next = setProfile(text, "A", { ...empty, servers: ["a", "b"] });
    expect(next).toContain("// mine");
    expect(next).toContain("// kept");
    expect(next).toContain('"servers": ["a", "b"]');
    expect(next).not.toContain("readOnly");
    expect(setProfile(next, "B", { ...empty, readOnly: true })).toContain('"readOnly": true');
    expect(removeProfile(next, "A")).not.toContain('"servers"');
    expect(() => removeProfile(next, "C")).toThrow('there is no profile "C"');
  });

  it("a client's rules follow its name only where they name it exactly", () => {
    const rules = [{ client: "ann" }, { client: "ann*" }, { client: "ANN" }, {}];
    const renamed = ruleOfClientRenamed(JSON.stringify({ rules }), "ann", "bea");
    expect(JSON.parse(renamed)).toEqual({
      rules: [{ client: "bea" }, { client: "ann*" }, { client: "bea" }, {}],
    });
    expect(ruleOfClientRenamed("{}", "ann", "bea")).toBe("{}");
  });
});
