import { afterEach, describe, expect, it } from "vitest";
import { type Method, methods, type Role } from "../../../shared/contract.ts";
import { createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

/**
 * The table of who may do what, spelt out again by hand: a change of the contract must be made twice, on purpose.
 * y: yes, n: no, h: only while no desktop is attached. Columns: viewer, operator, owner.
 */
const TABLE: Record<Method, string> = {
  "hub.status": "yyy",
  "hub.pause": "yyy",
  "hub.resume": "nyy",
  "hub.shutdown": "nyy",
  "hub.diagnose": "yyy",
  "hub.viewerToken": "nny",
  "hub.uiCode": "nyy",
  "servers.list": "yyy",
  "servers.get": "yyy",
  "servers.log": "yyy",
  "servers.health": "yyy",
  "servers.parse": "yyy",
  "servers.add": "nhy",
  "servers.moveSecrets": "nhy",
  "servers.remove": "nhy",
  "servers.enable": "nhy",
  "servers.disable": "nyy",
  "servers.restart": "nyy",
  "servers.signIn": "yyy",
  "servers.signInUrl": "nny",
  "servers.cancelSignIn": "yyy",
  "servers.finishSignIn": "nny",
  "servers.signOut": "yyy",
  "clients.list": "yyy",
  "clients.add": "nhy",
  "clients.addConnect": "nhy",
  "clients.revoke": "nyy",
  "calls.list": "yyy",
  "calls.count": "yyy",
  "calls.get": "yyy",
  "calls.headers": "yyy",
  "calls.verify": "yyy",
  "calls.state": "yyy",
  "calls.backup": "nyy",
  "calls.make": "yyy",
  "calls.stop": "yyy",
  "calls.export": "yyy",
  "calls.import": "nyy",
  "calls.fixture": "yyy",
  "runs.list": "yyy",
  "runs.get": "yyy",
  "metrics.series": "yyy",
  "metrics.heatmap": "yyy",
  "metrics.top": "yyy",
  "metrics.cost": "yyy",
  "questions.list": "yyy",
  "questions.ask": "yyy",
  "questions.answer": "yyy",
  "settings.get": "yyy",
  "settings.set": "nhy",
  "clients.get": "yyy",
  "clients.update": "nhy",
  "profiles.list": "yyy",
  "profiles.preview": "yyy",
  "profiles.set": "nhy",
  "profiles.remove": "nhy",
  "audit.list": "yyy",
  "rules.list": "yyy",
  "rules.add": "nhy",
  "rules.replace": "nhy",
  "rules.remove": "nhy",
  "rules.move": "nhy",
  "rules.words": "yyy",
  "rules.test": "yyy",
  "rules.replay": "yyy",
  "grants.list": "yyy",
  "grants.revoke": "yyy",
  "pins.list": "yyy",
  "pins.accept": "nhy",
  "secrets.list": "yyy",
  "secrets.status": "yyy",
  "secrets.set": "nhy",
  "secrets.remove": "nhy",
  "secrets.unlock": "nyy",
};
const ROLES: Role[] = ["viewer", "operator", "owner"];

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const codeOf = (hub: TestHub, role: Role, method: string, params: unknown): Promise<string> =>
  hub.hub.callAs(role, method, params).then(
    () => "ok",
    (error: { code?: string }) => error.code ?? "thrown",
  );

describe("the role table", () => {
  it("covers every method of the contract", () => {
    expect(Object.keys(TABLE).sort()).toEqual(Object.keys(methods).sort());
  });

  for (const desktop of [false, true]) {
    it(`holds in every cell ${desktop ? "with" : "without"} a desktop attached`, async () => {
      open = await createTestHub({ desktop, config: fakeConfig() });
      const wrong: string[] = [];
      for (const [method, row] of Object.entries(TABLE)) {
        for (const [index, role] of ROLES.entries()) {
          const cell = row[index];
          const allowed = cell === "y" || (cell === "h" && !desktop);
          // Params that are refused after the role check (bad_request, not_found) prove that the role passed.
          const code = await codeOf(open, role, method, {
            name: "\u0000",
            id: "none",
            change: null,
            config: null,
            port: -1,
            maxBytes: -1,
            drainSeconds: -1,
          });
          if ((code !== "forbidden") !== allowed) wrong.push(`${role} ${method}: ${code}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }
});

describe("questions", () => {
  const change = { type: "server.add", name: "more", config: { type: "stdio", command: "more" } };
  const ask = async (hub: TestHub): Promise<string> =>
    ((await hub.hub.callAs("viewer", "questions.ask", { change })) as { id: string }).id;

  it("a viewer may ask and deny, but never allow", async () => {
    open = await createTestHub();
    const id = await ask(open);
    expect(await codeOf(open, "viewer", "questions.answer", { id, answer: "approve" })).toBe("forbidden");
    expect(open.hub.state.servers.get("more")).toBeUndefined();
    expect(await codeOf(open, "viewer", "questions.answer", { id, answer: "deny" })).toBe("ok");
    expect(await codeOf(open, "owner", "questions.answer", { id, answer: "approve" })).toBe("not_found");
    expect(open.hub.state.servers.get("more")).toBeUndefined();
  });

  it("an operator allows only while no desktop is attached, and the change is made and audited", async () => {
    open = await createTestHub({ desktop: true });
    const held = await ask(open);
    expect(await codeOf(open, "operator", "questions.answer", { id: held, answer: "approve" })).toBe(
      "forbidden",
    );
    expect(await codeOf(open, "owner", "questions.answer", { id: held, answer: "approve" })).toBe("ok");
    expect(open.hub.state.servers.get("more")).toBeDefined();
    await open.dispose();
    open = await createTestHub();
    const id = await ask(open);
    expect(await codeOf(open, "operator", "questions.answer", { id, answer: "approve" })).toBe("ok");
    expect(open.hub.state.servers.get("more")).toBeDefined();
    expect(open.storage.audited).toEqual([
      "viewer question.ask Add the server more",
      "operator question.approve Add the server more",
      "operator server.add more",
    ]);
  });

  it("whoever approves a new server may trust it, which adds a rule and is audited; its removal takes it away", async () => {
    open = await createTestHub();
    const id = await ask(open);
    expect(await codeOf(open, "viewer", "questions.answer", { id, answer: "deny", trust: true })).toBe(
      "bad_request",
    );
    expect(await codeOf(open, "operator", "questions.answer", { id, answer: "approve", trust: true })).toBe(
      "ok",
    );
    expect(open.hub.state.store.config.rules).toEqual([{ server: "more", decision: "allow" }]);
    expect(open.storage.audited.slice(-2)).toEqual([
      "operator server.add more",
      'operator rule.add {"server":"more","decision":"allow"}',
    ]);
    expect(await open.hub.callAs("viewer", "servers.get", { name: "more" })).toMatchObject({
      consent: { decision: "allow", by: "rules[0]" },
    });
    expect(await codeOf(open, "operator", "servers.remove", { name: "more" })).toBe("ok");
    expect(open.hub.state.store.config.rules).toEqual([]);
  });

  it("values of variables that were asked for are shown to nobody, and are set when it is approved", async () => {
    open = await createTestHub();
    const env = { TOKEN: "the-value", KEY: "${secret:key}" };
    const config = { type: "stdio", command: "more", env };
    const { id } = (await open.hub.callAs("viewer", "questions.ask", {
      change: { type: "server.add", name: "more", config },
    })) as { id: string };
    const listed = JSON.stringify(await open.hub.callAs("owner", "questions.list", {}));
    expect(listed).not.toContain("the-value");
    expect(listed).toContain('{"TOKEN":"(hidden)","KEY":"${secret:key}"}');
    await open.hub.callAs("owner", "questions.answer", { id, answer: "approve" });
    expect(open.hub.state.store.config.mcpServers.more).toMatchObject({ env });
  });

  it("trust goes with nothing but a new server", async () => {
    open = await createTestHub();
    const { id } = (await open.hub.callAs("viewer", "questions.ask", {
      change: { type: "server.remove", name: "fake" },
    })) as { id: string };
    expect(await codeOf(open, "operator", "questions.answer", { id, answer: "approve", trust: true })).toBe(
      "bad_request",
    );
    expect(open.hub.state.servers.get("fake")).toBeDefined();
  });

  it("a one-time code opens one viewer session and is spent", async () => {
    open = await createTestHub();
    const { url } = (await open.hub.callAs("operator", "hub.uiCode", {})) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:1\/ui\/#code=/);
    const code = url.split("#code=")[1] ?? "";
    const caller = { remotePid: null, executable: null };
    const first = open.hub.control.login({ code }, caller, () => {});
    expect(first?.session.role).toBe("viewer");
    expect(open.hub.control.login({ code }, caller, () => {})).toBeUndefined();
    expect(open.hub.control.login({ token: first?.token ?? "" }, caller, () => {})?.session.role).toBe(
      "viewer",
    );
    expect(open.hub.control.login({ token: open.hub.operatorToken }, caller, () => {})?.session.role).toBe(
      "operator",
    );
    expect(open.hub.control.login({ token: "owner" }, caller, () => {})).toBeUndefined();
  });
});
