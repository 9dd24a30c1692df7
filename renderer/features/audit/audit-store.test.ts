import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../shared/model/audit.ts";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createAuditStore, PAGE } from "./audit-store.ts";

const entry = (id: number, act = "rule.add"): AuditEntry => ({
  id,
  at: "2026-11-22T12:00:00.000Z",
  role: "owner",
  pid: 1,
  executable: "/usr/bin/gatehouse",
  act,
  detail: `detail ${id}`,
});
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(stored: AuditEntry[]) {
  const connection = createFakeConnection({
    "audit.list": ({ before, limit, search }: { before?: number; limit: number; search?: string }) => {
      const found = stored.filter(
        ({ id, act }) => (before === undefined || id < before) && act.includes(search ?? ""),
      );
      return { entries: found.slice(0, limit), more: found.length > limit };
    },
  });
  const audit = createAuditStore(connection);
  return { connection, audit, ids: () => audit.store.getState().entries.map(({ id }) => id) };
}

describe("the administrative acts", () => {
  it("are shown as recorded, and each new one on top, once", async () => {
    const { connection, ids } = setUp([entry(2), entry(1)]);
    await settled();
    connection.broadcast("auditRecorded", entry(3));
    connection.broadcast("auditRecorded", entry(3));
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("come a page at a time, without a gap or a repeat", async () => {
    const all = Array.from({ length: PAGE + 20 }, (_, index) => entry(PAGE + 20 - index));
    const { audit, ids } = setUp(all);
    await settled();
    expect([ids().length, audit.store.getState().more]).toEqual([PAGE, true]);
    audit.loadOlder();
    audit.loadOlder();
    await settled();
    expect(ids()).toEqual(all.map(({ id }) => id));
    expect(audit.store.getState().more).toBe(false);
  });

  it("are searched in the hub, and a new one is shown only when it fits", async () => {
    const { audit, connection, ids } = setUp([entry(2), entry(1, "client.add")]);
    await settled();
    audit.setSearch("client");
    await settled();
    connection.broadcast("auditRecorded", entry(3));
    connection.broadcast("auditRecorded", entry(4, "client.revoke"));
    expect(ids()).toEqual([4, 1]);
  });

  it("say why they could not be read, and are there when they can", async () => {
    let broken = true;
    const connection = createFakeConnection({
      "audit.list": () => {
        if (broken) throw new Error("the disk is full");
        return { entries: [entry(1)], more: false };
      },
    });
    const audit = createAuditStore(connection);
    await settled();
    expect(audit.store.getState()).toMatchObject({
      phase: "failed",
      failure: { message: "the disk is full", advice: null },
    });
    broken = false;
    audit.reload();
    await settled();
    expect(audit.store.getState()).toMatchObject({ phase: "ready", failure: null, entries: [entry(1)] });
  });
});
