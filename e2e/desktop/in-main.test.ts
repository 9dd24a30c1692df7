import type { ElectronApplication } from "playwright-core";
import { expect, test } from "vitest";
import { inMain } from "./in-main.ts";

/** A main process in this one, whose first answers are lost on the way. */
function losing(times: number, message: string): Pick<ElectronApplication, "evaluate"> {
  let left = times;
  return {
    evaluate: (async (run: (electron: object, given: unknown) => unknown, given: unknown) => {
      const answer = await run({}, given);
      left -= 1;
      if (left >= 0) throw new Error(message);
      return answer;
    }) as ElectronApplication["evaluate"],
  };
}

test("what was done is not done again when its answer is lost, and the answer comes", async () => {
  const application = losing(2, "electronApplication.evaluate: Resulting promise was garbage collected.");
  const count = (_: unknown, step: number): number => {
    const main = globalThis as { counted?: number };
    main.counted = (main.counted ?? 0) + step;
    return main.counted;
  };
  expect(await inMain(application, count, 3)).toBe(3);
});

test("what fails otherwise fails, and what a task throws is thrown", async () => {
  await expect(inMain(losing(1, "the application has ended"), () => 1, undefined)).rejects.toThrow("ended");
  const fails = (): never => {
    throw new Error("no such window");
  };
  await expect(inMain(losing(0, ""), fails, undefined)).rejects.toThrow("no such window");
});
