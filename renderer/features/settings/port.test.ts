import { describe, expect, it } from "vitest";
import { portProblem } from "./port.ts";

describe("a typed port", () => {
  it.each(["4780", "1024", "65535"])("%s can be used", (text) => {
    expect(portProblem(text)).toBeNull();
  });
  it.each(["", "abc", "80", "0", "70000", "47 80", "-1"])("%j cannot", (text) => {
    expect(portProblem(text)).not.toBeNull();
  });
});
