import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../shared/errors.ts";
import { commandLine } from "./testing/command-line.ts";
import { client } from "./testing/samples.ts";

const cli = commandLine();
const { run } = cli;

describe("wrong usage ends with 2 and says what is wrong", () => {
  it.each([
    [["nonsense"], 'error: bad_usage: unknown command "nonsense"\n'],
    [
      ["calls", "exprot"],
      "error: bad_usage: too many arguments for 'calls'. Expected 0 arguments but got 1: exprot.",
    ],
    [["calls", "verify", "all"], "error: bad_usage: too many arguments for 'verify'"],
    [["status", "now"], "error: bad_usage: too many arguments for 'status'"],
    [["stats"], 'error: bad_usage: unknown command "stats"; did you mean "status"?\n'],
    [["status", "--jsn"], "error: bad_usage: unknown option '--jsn'\n(Did you mean --json?)\n"],
    [["calls", "--limit", "0"], "error: bad_usage: option '--limit <number>' argument '0' is invalid."],
    [
      ["calls", "--status", "good"],
      "error: bad_usage: option '--status <status>' argument 'good' is invalid.",
    ],
    [["calls", "--since", "soon"], 'error: bad_usage: "soon" is no time\n'],
    [["serve", "--port", "70000"], "error: bad_usage: option '--port <number>' argument '70000' is invalid."],
    [["serve", "--desktop"], "error: bad_usage: --desktop is only for the desktop"],
    [["client"], "error: bad_usage: a command is missing\n"],
    [["client", "add"], "error: bad_usage: missing required argument 'name'\n"],
    [
      ["answer", "q1", "maybe"],
      "error: bad_usage: command-argument value 'maybe' is invalid for argument 'answer'.",
    ],
    [["server", "add"], "error: bad_usage: say what to add"],
    [["server", "add", "a b", "--", "x"], 'error: bad_usage: "a b" is no usable name'],
    [
      ["server", "add", "a", "--url", "http://x", "--", "x"],
      "error: bad_usage: give one of a command, --url and --json\n",
    ],
    [
      ["server", "add", "a", "--url", "http://x", "--env", "A=1"],
      "error: bad_usage: --env and --cwd are for a command",
    ],
    [["server", "add", "a", "--env", "A", "--", "x"], "error: bad_usage: --env needs NAME=VALUE\n"],
    [["--home", "", "status"], "error: bad_usage: --home is empty\n"],
  ])("%j", async (args, message) => {
    const { code, printed, failed } = await run(args);
    expect([code, printed]).toEqual([2, ""]);
    expect(failed.startsWith(message) ? message : failed).toBe(message);
  });
});

describe("a command without a hub", () => {
  it("prints help when it is none", async () => {
    const { code, printed } = await run([]);
    expect(code).toBe(0);
    expect(printed).toContain("Usage: gatehouse");
  });

  it.each([[["status"]], [["pending"]], [["answer", "q", "deny"]], [["server", "restart", "x"]]])(
    "%j says that none runs, and how to start one",
    async (args) => {
      expect(await run(args)).toEqual({
        code: 1,
        printed: "",
        failed: `error: hub_not_running: no hub is running on ${cli.place.home}\nStart one with: gatehouse serve\n`,
      });
    },
  );

  it("runs one in its own process where it can, waits for whoever holds the home, and ends it", async () => {
    const steps: string[] = [];
    let attempts = 0;
    const result = await run(["client", "list", "--json"], undefined, {
      loadHub: async () => ({
        startHub: async (options) => {
          attempts += 1;
          if (attempts === 1) throw new GatehouseError("hub_running", "busy");
          steps.push(`start ${options.home === cli.place.home} ${options.listen}`);
          return {
            url: undefined,
            port: undefined,
            home: options.home,
            control: (role) => ({
              call: async (method) => {
                steps.push(`${role} ${method}`);
                return { clients: [client] } as never;
              },
            }),
            subscribe: () => () => {},
            stop: async () => void steps.push("stop"),
            stopped: Promise.resolve(),
          };
        },
      }),
    });
    expect(result).toEqual({ code: 0, printed: `${JSON.stringify({ clients: [client] })}\n`, failed: "" });
    expect(steps).toEqual(["start true false", "operator clients.list", "stop"]);
  });

  it("goes on with an own hub when run.json names a port where nobody listens", async () => {
    await cli.startHub(() => ({}));
    await cli.endHub();
    expect((await run(["status"])).failed).toContain("hub_not_running");
  });
});

it("--home goes before GATEHOUSE_HOME, wherever it stands", async () => {
  const { failed } = await run(["status", "--home", "elsewhere"]);
  expect(failed).toContain(`${cli.place.home}`);
  expect(failed).toContain("elsewhere");
  expect(existsSync(`${cli.place.home}/elsewhere`)).toBe(false);
});
