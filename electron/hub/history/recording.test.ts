import { afterEach, expect, it } from "vitest";
import { Audit, BY_FILE } from "../audit.ts";
import { callOf, createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const start = async (onFailure: "refuse" | "serve"): Promise<TestHub> => {
  open = await createTestHub({ config: fakeConfig(`, "log": { "onFailure": "${onFailure}" }`) });
  return open;
};
const advices = async (hub: TestHub): Promise<(string | null)[]> => {
  const status = (await hub.hub.callAs("viewer", "hub.status", {})) as {
    hub: { problems: { advice: string | null }[] };
  };
  return status.hub.problems.map(({ advice }) => advice);
};
const problems = async (hub: TestHub): Promise<string[]> => {
  const status = (await hub.hub.callAs("viewer", "hub.status", {})) as {
    hub: { problems: { code: string; message: string }[] };
  };
  return status.hub.problems.map(({ code, message }) => `${code}: ${message}`);
};

it("calls that cannot be recorded are refused before anything is sent, and made again once they can be", async () => {
  const hub = await start("refuse");
  const session = await hub.open();
  hub.storage.setFailing(new Error("the disk is full"));
  const { message } = await hub.request(callOf("fake__echo", { text: "a" }), { session });
  expect(message?.error).toMatchObject({
    message: expect.stringContaining("the disk is full"),
    data: { code: "recording_failed" },
  });
  expect(await problems(hub)).toEqual(["recording_failed: the disk is full"]);
  expect(await advices(hub)).toEqual([expect.stringMatching(/Until then calls are refused\.$/)]);
  expect(hub.storage.rows).toEqual([]);
  hub.storage.setFailing(undefined);
  expect(
    (await hub.request(callOf("fake__echo", { text: "a" }), { session })).message?.error?.data,
  ).not.toMatchObject({
    code: "recording_failed",
  });
  expect(hub.storage.rows).toHaveLength(1);
  expect(await problems(hub)).toEqual([]);
});

it("with onFailure serve calls are answered without a record, which the person is told with their number", async () => {
  const hub = await start("serve");
  const session = await hub.open();
  hub.storage.setFailing(new Error("the disk is full"));
  hub.storage.failWith = new Error("the disk is full");
  for (let i = 0; i < 2; i++) {
    const { message } = await hub.request(callOf("fake__echo", { text: "a" }), { session });
    expect(JSON.stringify(message)).not.toContain("recorded");
  }
  expect(hub.storage.rows).toEqual([]);
  expect((await advices(hub))[0]).toMatch(/Until then calls are answered without a record\.$/);
  expect(await problems(hub)).toEqual([
    "recording_failed: the disk is full",
    expect.stringMatching(/^calls_unrecorded: 2 calls were served without a record since /),
  ]);
});

it("an act that nobody can be told of goes to the hub's log where the audit log cannot be written", () => {
  const log: string[] = [];
  const full = (): never => {
    throw new Error("the disk is full");
  };
  const audit = new Audit(
    { record: full, list: () => ({ entries: [], more: false }) },
    () => {},
    (message) => log.push(message),
  );
  audit.happened(BY_FILE, "config.changed", "consent.default");
  expect(log).toEqual(["the audit log cannot be written (the disk is full): config.changed consent.default"]);
  expect(() => audit.record(BY_FILE, "config.changed", "x")).toThrow("the disk is full");
});
