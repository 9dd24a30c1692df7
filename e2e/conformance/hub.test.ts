import { describe, expect, it } from "vitest";
import type { Era } from "../fixtures/conformance/flags.ts";
import { startHub } from "../lib/hub.ts";
import { startHttpFixture, stdioFixture } from "./fixture.ts";
import { type Revision, runConformance } from "./run.ts";

/** One server form behind the hub and what is required of the hub in front of it. */
interface Row {
  readonly transport: "stdio" | "http";
  readonly era: Era;
  readonly requirements: Revision;
  /** Checks that the protocol rules out in this combination: `scenario: check`. */
  readonly ruledOut?: readonly string[];
}

const scored: Readonly<Record<Revision, number>> = { "2025-11-25": 30, "2026-07-28": 37 };

/** Both ways of reaching a server, for one form of it. */
const rows = (era: Era, requirements: Revision, ruledOut: readonly string[] = []): Row[] =>
  (["stdio", "http"] as const).map((transport) => ({ transport, era, requirements, ruledOut }));

const table: readonly Row[] = [
  ...rows("session", "2025-11-25"),
  ...rows("stateless", "2025-11-25"),
  ...rows("both", "2025-11-25"),
  // A session-era request carries no key, and this check wants the key "user_name".
  ...rows("session", "2026-07-28", [
    "input-required-result-basic-elicitation: sep-2322-elicitation-incomplete",
  ]),
  ...rows("stateless", "2026-07-28"),
  ...rows("both", "2026-07-28"),
];

describe("the hub in front of the conformance fixture", () => {
  it.for(table)(
    "passes what $requirements requires, over $transport in the form $era",
    { timeout: 300_000 },
    async ({ transport, era, requirements, ruledOut = [] }) => {
      await using http = transport === "http" ? await startHttpFixture(era) : undefined;
      await using hub = await startHub({
        config: {
          access: { anonymous: "allow" },
          consent: { default: "allow", newTools: "allow" },
          mcpServers: { fixture: http === undefined ? stdioFixture(era) : { type: "http", url: http.url } },
        },
      });
      const report = await runConformance({ url: `${hub.url}/s/fixture`, requirements });
      const failed = report.failed.filter(({ scenario, id }) => !ruledOut.includes(`${scenario}: ${id}`));
      expect(failed).toEqual([]);
      expect(report.scored).toBe(scored[requirements]);
      expect(report.passed).toBe(scored[requirements] - ruledOut.length);
    },
  );
});
