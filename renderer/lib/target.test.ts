import { describe, expect, it } from "vitest";
import { browserTarget, takeCode } from "./target.ts";

const place = (code: string | undefined, token: string | null) => ({
  host: "127.0.0.1:4780",
  secure: false,
  code,
  readToken: () => token,
  writeToken: () => undefined,
});

describe("where the hub is", () => {
  it("uses the one-time code once and the kept token afterwards", async () => {
    const target = browserTarget(place("one-time", "kept"));
    expect(await target()).toEqual({ url: "ws://127.0.0.1:4780/control", credential: { code: "one-time" } });
    expect(await target()).toEqual({ url: "ws://127.0.0.1:4780/control", credential: { token: "kept" } });
  });

  it("stops when there is neither code nor token", async () => {
    expect(await browserTarget(place(undefined, null))()).toMatchObject({ final: true });
  });

  it("takes the code out of the address and leaves routes alone", () => {
    expect(takeCode("#code=abc-123")).toEqual({ code: "abc-123", rest: "" });
    expect(takeCode("#/activity")).toEqual({ code: undefined, rest: "#/activity" });
  });
});
