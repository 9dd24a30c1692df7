import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { collectAfterStart, preferSpeed } from "./engine.ts";

afterEach(() => preferSpeed(true));

const collected = (): (() => boolean) => {
  const kept = new WeakRef({ made: "at the start" });
  return () => kept.deref() === undefined;
};

test("what a start has left is collected once it is over", async () => {
  preferSpeed(false);
  const isGone = collected();
  const dispose = collectAfterStart(1);
  await vi.waitFor(() => expect(isGone()).toBe(true), { timeout: 10_000, interval: 20 });
  dispose();
  expect("gc" in globalThis).toBe(process.execArgv.includes("--expose-gc"));
});

/** Makes objects that all survive, which has the space for new ones grow if it may; prints its bytes before and after. */
const program = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { preferSpeed } from ${JSON.stringify(new URL("./engine.ts", import.meta.url).href)};
  const size = () => getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
  const grown = () => {
    const before = size();
    const kept = Array.from({ length: 400_000 }, (_, at) => ({ at }));
    return kept.length === 400_000 ? size() - before : NaN;
  };
  preferSpeed(false);
  const careful = grown();
  preferSpeed(true);
  console.log(JSON.stringify({ careful, quick: grown() }));
`;

test("the space for new objects grows while speed is preferred, and not while memory is", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  const { careful, quick } = JSON.parse(stdout) as { careful: number; quick: number };
  expect(careful).toBeLessThan(2_000_000);
  expect(quick).toBeGreaterThan(4_000_000);
});
