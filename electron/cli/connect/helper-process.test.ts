import { expect, it } from "vitest";
import { cleanEnvironment, type Program, readError, runErrand } from "./helper-process.ts";

const never = new AbortController().signal;
const script = (source: string): Program => [process.execPath, "-e", source, "--"];

it("reads the error that a command tells, with its advice", () => {
  expect(readError("[log] x\nerror: port_taken: port 1 is taken\nFree it.\n")).toMatchObject({
    code: "port_taken",
    message: "port 1 is taken",
    advice: "Free it.",
  });
  expect(readError("error: nothing_known: x")).toBeUndefined();
  expect(readError("Segmentation fault")).toBeUndefined();
});

it("an errand that fails rejects with what it told, or with how it ended", async () => {
  const told = script("process.stderr.write('error: forbidden: no\\nAsk.\\n'); process.exitCode = 1");
  await expect(runErrand(told, [], ".", process.env, never)).rejects.toMatchObject({
    code: "forbidden",
    advice: "Ask.",
  });
  const silent = script("console.error('what'); process.exitCode = 3");
  await expect(runErrand(silent, [], ".", process.env, never)).rejects.toThrow("exit code 3: what");
  await expect(runErrand(["/none/such"], [], ".", process.env, never)).rejects.toThrow("cannot be run");
  await expect(runErrand(script(""), [], ".", process.env, never)).resolves.toBeUndefined();
});

it("an errand ends when nobody waits for it any more", async () => {
  const stop = new AbortController();
  const errand = runErrand(script("setInterval(() => {}, 1000)"), [], ".", process.env, stop.signal);
  stop.abort();
  await expect(errand).rejects.toThrow("SIGTERM");
});

it("a hub gets the person's surroundings without what steers Node or marks another run of Gatehouse", () => {
  const env = { PATH: "/bin", GATEHOUSE_HOME: "/g", NODE_OPTIONS: "--inspect", ELECTRON_RUN_AS_NODE: "1" };
  expect(cleanEnvironment({ ...env, NODE_EXTRA_CA_CERTS: "/ca" })).toEqual({
    PATH: "/bin",
    NODE_EXTRA_CA_CERTS: "/ca",
  });
});
