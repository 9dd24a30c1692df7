import { expect, test } from "vitest";
import { soakSessions } from "../../bench/soak-sessions.ts";

test.runIf(process.platform === "linux")(
  "sessions opened and closed under load over crashing servers leave nothing behind, and every call is answered once",
  { timeout: 120_000 },
  async () => {
    const { before, after, calls, answered, crashes, faults, survivors } = await soakSessions({
      clients: 6,
      servers: 4,
      rounds: 6,
      callsEach: 8,
      crashes: 0.03,
      seed: 7,
    });
    expect(faults).toEqual([]);
    expect({ answered, crashed: crashes > 0 }).toEqual({ answered: calls, crashed: true });
    expect(after).toEqual(before);
    expect(survivors).toEqual([]);
  },
);
