import { describe, expect, it } from "vitest";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createAddStore, nameProblem } from "./add-server-store.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(answer: (params: { text: string }) => unknown) {
  const connection = createFakeConnection({ "servers.parse": answer });
  const timers = new Set<() => void>();
  const add = createAddStore(connection, (run) => {
    timers.add(run);
    return () => timers.delete(run);
  });
  const quiet = async () => {
    for (const run of timers) run();
    timers.clear();
    await settle();
  };
  return { connection, add, quiet };
}

describe("adding a server", () => {
  it("asks the hub to read the text once the person pauses", async () => {
    const { connection, add, quiet } = setUp(() => ({ proposals: [{ name: "x" }], problem: null }));
    add.setText("n");
    add.setText("npx x");
    expect(connection.calls).toHaveLength(0);
    await quiet();
    expect(connection.calls).toEqual([{ method: "servers.parse", params: { text: "npx x" } }]);
    expect(add.store.getState()).toMatchObject({ phase: "read", names: ["x"] });
  });

  it("ignores the answer to text that has been changed since", async () => {
    let resolveFirst: (value: unknown) => void = () => undefined;
    const { add, quiet } = setUp(({ text }) =>
      text === "old"
        ? new Promise((resolve) => {
            resolveFirst = resolve;
          })
        : { proposals: [{ name: "new" }], problem: null },
    );
    add.setText("old");
    await quiet();
    add.setText("new");
    await quiet();
    resolveFirst({ proposals: [{ name: "old" }], problem: null });
    await settle();
    expect(add.store.getState().names).toEqual(["new"]);
  });

  it("is empty again when the text is", async () => {
    const { add, quiet } = setUp(() => ({ proposals: [{ name: "x" }], problem: null }));
    add.setText("x");
    await quiet();
    add.setText(" ");
    expect(add.store.getState()).toMatchObject({ phase: "idle", proposals: [] });
  });

  it("names what is wrong with a name", () => {
    expect(nameProblem("ok-name.1", new Set())).toBeNull();
    expect(nameProblem("ok", new Set(["ok"]))).toBe("another server has this name");
    expect(nameProblem("no spaces", new Set())).toContain("letters");
  });
});
