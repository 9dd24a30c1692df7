import { describe, expect, it } from "vitest";
import { freeName } from "./connect-guide.tsx";

describe("a new client's name", () => {
  it("is the wish, or the wish with the first free number", () => {
    expect(freeName("cursor", new Set())).toBe("cursor");
    expect(freeName("cursor", new Set(["cursor", "cursor-2"]))).toBe("cursor-3");
  });
});
