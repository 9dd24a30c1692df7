import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../../../shared/model/call.ts";
import { exactMicros, marksOf, share, stagesOf } from "./stages.ts";

describe("the waterfall", () => {
  it("has every recorded microsecond once, one stage after the other", () => {
    const times = { queue: 2_400, consent: 4_200_000, upstream: 1_234, hub: 97 };
    const stages = stagesOf({ times, durationUs: 4_203_731 });
    expect(stages.map(({ key, start, duration }) => [key, start, duration])).toEqual([
      ["consent", 0, 4_200_000],
      ["queue", 4_200_000, 2_400],
      ["upstream", 4_202_400, 1_234],
      ["stream", 4_203_634, 0],
      ["hub", 4_203_634, 97],
    ]);
    expect(stages.reduce((sum, { duration }) => sum + duration, 0)).toBe(4_203_731);
  });

  const event = (at: number, from: CallEvent["from"] = "server"): CallEvent => ({
    at,
    from,
    kind: "notification",
    method: "notifications/progress",
    bytes: 90,
    note: null,
  });
  const streamed = (events: CallEvent[]) =>
    stagesOf({ times: { queue: 0, consent: 0, upstream: 900, hub: 100 }, durationUs: 1_000, events })
      .filter(({ key }) => key === "upstream" || key === "stream")
      .map(({ start, duration }) => [start, duration]);

  it("tells the server's own time from that in which its answer streamed, which begins at its first message", () => {
    expect(streamed([event(80, "client"), event(300), event(700)])).toEqual([
      [0, 200],
      [200, 700],
    ]);
    expect(streamed([event(80, "client")])).toEqual([
      [0, 900],
      [900, 0],
    ]);
    // Never more than was recorded of the server, whatever its messages say.
    expect(streamed([event(20)])).toEqual([
      [0, 0],
      [0, 900],
    ]);
    expect(streamed([event(1_200)])).toEqual([
      [0, 900],
      [900, 0],
    ]);
  });

  it("does not take the time that a person had a form for a stream", () => {
    const form = (at: number, kind: CallEvent["kind"]): CallEvent => ({
      ...event(at, kind === "request" ? "server" : "client"),
      kind,
      method: "elicitation/create",
    });
    const events = [form(200, "request"), form(300, "request"), form(600, "response"), form(700, "response")];
    const stages = stagesOf({
      times: { queue: 0, consent: 500, upstream: 400, hub: 100 },
      durationUs: 1_000,
      events,
    });
    expect(stages.map(({ key, duration }) => [key, duration])).toEqual([
      ["consent", 500],
      ["queue", 0],
      ["upstream", 100],
      ["stream", 300],
      ["hub", 100],
    ]);
  });

  it.each([
    [0, [0]],
    [3, [0, 1, 2, 3]],
    [97, [0, 50]],
    [1_000, [0, 500, 1_000]],
    [4_203_731, [0, 2_000_000, 4_000_000]],
  ])("has a scale of round marks up to %i µs", (total, marks) => {
    expect(marksOf(total)).toEqual(marks);
  });

  it("says shares and exact times in words", () => {
    expect([share(0, 10), share(1, 1_000), share(1, 3), exactMicros(1_204_377)]).toEqual([
      "0 %",
      "< 1 %",
      "33 %",
      "1,204,377 µs",
    ]);
  });
});
