import { describe, expect, it } from "vitest";
import { commandLine } from "../testing/command-line.ts";
import type { Answers } from "../testing/fake-hub.ts";
import { status, statusAnswers } from "../testing/samples.ts";

const cli = commandLine();
const { run } = cli;

describe("pause and resume", () => {
  it.each([
    ["pause", "Paused: calls are refused. Let them through again with: gatehouse resume\n"],
    ["resume", "Resumed: calls are decided by the rules again.\n"],
  ])("%s is asked of the running hub", async (act, said) => {
    expect(await run([act], () => ({ ok: true }))).toEqual({ code: 0, printed: said, failed: "" });
    expect((await run([act, "--json"])).printed).toBe('{"ok":true}\n');
    expect(cli.hub?.calls).toEqual(Array(2).fill({ method: `hub.${act}`, params: {} }));
  });

  it.each(["pause", "resume"])("%s fails when no hub runs", async (act) => {
    const { code, failed } = await run([act]);
    expect([code, failed]).toEqual([
      1,
      expect.stringMatching(/^error: hub_not_running: .*\n.*gatehouse serve\n$/),
    ]);
  });

  it("status says that calls are paused", async () => {
    const paused: Answers = (method, params) =>
      method === "hub.status"
        ? { ...status, hub: { ...status.hub, paused: true } }
        : statusAnswers()(method, params);
    expect((await run(["status"], paused)).printed).toContain("\npaused: calls are refused");
  });
});
