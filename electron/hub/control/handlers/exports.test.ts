import { expect, it } from "vitest";
import { createTestHub, fakeConfig } from "../../testing/test-hub.ts";

it("what is imported is written as what is recorded: without the fields that are kept out of the log", async () => {
  const hub = await createTestHub({
    config: fakeConfig(', "log": { "redact": { "fields": ["password"] } }'),
  });
  try {
    const line = {
      startedAt: "2030-01-01T00:00:00.000Z",
      method: "tools/call",
      status: "ok",
      durationUs: 1,
      times: { queue: 0, consent: 0, upstream: 1, hub: 0 },
      request: { arguments: { password: "hunter2-hunter2", user: "me" } },
    };
    const imported = await hub.hub.callAs("operator", "calls.import", { text: `${JSON.stringify(line)}\n` });
    expect(imported).toEqual({ imported: 1, known: 0, problems: [] });
    const written = Buffer.from(hub.storage.rows[0]?.request ?? []).toString();
    expect(written).toContain('"user":"me"');
    expect(written).not.toContain("hunter2");
  } finally {
    await hub.dispose();
  }
});

it("an export is taken in from its end on, so that the newest call is the newest again", async () => {
  const hub = await createTestHub();
  try {
    const line = (second: number) => ({
      ...{ startedAt: `2030-01-01T00:00:0${second}.000Z`, method: "tools/call", status: "ok", durationUs: 1 },
      times: { queue: 0, consent: 0, upstream: 1, hub: 0 },
    });
    const taken = async (...seconds: number[]): Promise<number[]> => {
      const before = hub.storage.rows.length;
      const text = `\ufeff${seconds.map((second) => JSON.stringify(line(second))).join("\n")}`;
      await hub.hub.callAs("operator", "calls.import", { text });
      return hub.storage.rows.slice(before).map(({ startedAt }) => (startedAt / 1_000) % 10);
    };
    expect(await taken(4, 5, 3, 1)).toEqual([1, 3, 5, 4]);
    expect(await taken(6, 7, 9)).toEqual([6, 7, 9]);
    // Of calls that ran at once the newest may have begun first: the numbers say in which order they were.
    const before = hub.storage.rows.length;
    const ran = [
      { id: 12, ...line(0) },
      { id: 11, ...line(2) },
    ];
    const text = ran.map((each) => JSON.stringify(each)).join("\n");
    await hub.hub.callAs("operator", "calls.import", { text });
    expect(hub.storage.rows.slice(before).map(({ startedAt }) => (startedAt / 1_000) % 10)).toEqual([2, 0]);
  } finally {
    await hub.dispose();
  }
});

it("what the log has already is not taken in again, be it imported or recorded here, whatever lies between", async () => {
  const hub = await createTestHub();
  try {
    const line = (changes: object) =>
      JSON.stringify({
        ...{
          startedAt: "2030-01-01T00:00:00.000Z",
          method: "tools/call",
          status: "ok",
          durationUs: 2,
          session: "s-1",
        },
        ...{ times: { queue: 0, consent: 0, upstream: 2, hub: 0 }, ...changes },
      });
    const imported = (...lines: string[]) =>
      hub.hub.callAs("operator", "calls.import", { text: lines.join("\n") });
    const later = line({ startedAt: "2031-01-01T00:00:00.000Z" });
    expect(await imported(line({}), later, line({}))).toEqual({ imported: 2, known: 1, problems: [] });
    expect(await imported(later, line({ session: "imported/s-1" }))).toEqual({
      imported: 0,
      known: 2,
      problems: [],
    });
    const others = [{ session: "s-2" }, { durationUs: 3 }, { tool: "x" }, { status: "error" }].map(line);
    expect(await imported(...others, line({}))).toEqual({ imported: 4, known: 1, problems: [] });
    const odd = line({ tool: "x\ud800", session: "\ud800" });
    expect(await imported(odd, odd)).toMatchObject({ imported: 1, known: 1 });
    // Fast calls of one moment may be alike in all but their numbers.
    const alike = [1, 2, 3].map((id) => line({ id, tool: "fast" }));
    expect(await imported(...alike)).toEqual({ imported: 3, known: 0, problems: [] });
    expect(await imported(...alike, line({ id: 4, tool: "fast" }))).toMatchObject({ imported: 1, known: 3 });
    const session = await hub.open();
    await hub.request(
      { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "fake__echo", arguments: {} } },
      { session },
    );
    const exported = await hub.hub.callAs("operator", "calls.export", { filter: {}, format: "jsonl" });
    const { text } = exported as { text: string };
    expect(await imported(...text.trimEnd().split("\n"))).toMatchObject({ imported: 0, problems: [] });
  } finally {
    await hub.dispose();
  }
});
