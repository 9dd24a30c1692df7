import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../shared/errors.ts";
import { commandLine } from "./testing/command-line.ts";
import { status, statusAnswers } from "./testing/samples.ts";

const cli = commandLine();
const { run } = cli;

describe("the control connection", () => {
  it("lets the hub prove itself before it is told the token", async () => {
    const { code } = await run(["status"], statusAnswers());
    expect(code).toBe(0);
    const [hello, login, first] = cli.hub?.received.map((text) => JSON.parse(text)) ?? [];
    expect(hello).toEqual({
      hello: "gatehouse-control/1",
      challenge: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(login).toEqual({ token: "operator-token" });
    expect(first).toMatchObject({ method: "hub.status", params: {} });
  });

  it("tells nothing to a process that does not hold the home's key", async () => {
    const hub = await cli.startHub(() => status, { key: randomBytes(32) });
    const { code, failed } = await run(["status"]);
    expect([code, failed.split(":")[1]]).toEqual([1, " hub_untrusted"]);
    expect(hub.received).toHaveLength(1);
    expect(hub.received.join()).not.toContain("operator-token");
  });

  it("tells nothing to a process that does not answer in the hub's way", async () => {
    const hub = await cli.startHub(() => status, { silent: true });
    const { code, failed } = await run(["status"]);
    expect([code, hub.received.length]).toEqual([1, 1]);
    expect(failed).toContain("it closed the connection");
  });

  it("reports a refusal, and an error of the hub with its code and advice", async () => {
    await cli.startHub(() => status, { refuse: "the token is \u001b[1mold" });
    expect((await run(["status"])).failed).toBe(
      "error: unauthorized: the hub refused this command: the token is \\u{1b}[1mold\nIt may just have been restarted: try again.\n",
    );
    await cli.endHub();
    await cli.startHub(() => {
      throw new GatehouseError("not_found", "there is no server x", "Look again.");
    });
    expect(await run(["server", "restart", "x"])).toEqual({
      code: 1,
      printed: "",
      failed: "error: not_found: there is no server x\nLook again.\n",
    });
  });
});
