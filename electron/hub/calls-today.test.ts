import { expect, it } from "vitest";
import { CallsToday } from "./calls-today.ts";

it("counts what the log has and what came since, each call once, and starts anew at midnight", () => {
  const noon = new Date(2026, 5, 1, 12).getTime();
  const log: { server: string; at: number }[] = [{ server: "a", at: noon - 1 }];
  const today = new CallsToday((since) => new Map([["a", log.filter((row) => row.at >= since).length]]));
  const record = (at: number) => {
    log.push({ server: "a", at });
    today.add("a", at);
  };
  record(noon);
  record(noon + 1);
  expect(today.of("a", noon + 2)).toBe(3);
  const tomorrow = new Date(2026, 5, 2, 0, 0, 1).getTime();
  expect(today.of("a", tomorrow)).toBe(0);
  record(tomorrow);
  expect(today.of("a", tomorrow)).toBe(1);
});
