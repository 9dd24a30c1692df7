import { describe, expect, test } from "vitest";
import type { SessionHandle } from "../../hub/ports/endpoint.ts";
import { EventLogs, type LoggedStream, type StreamOwner } from "./event-log.ts";

const owner: StreamOwner = { resume: () => {} };
const sessionOf = (id: string): SessionHandle => ({
  id,
  revision: "2025-11-25",
  attachStream: () => () => {},
});
const say = (stream: LoggedStream, text: string): string => {
  const bytes = Buffer.concat(stream.next([Buffer.from(text)]).pieces).toString();
  return /^id: (\S+)\n/.exec(bytes)?.[1] ?? "";
};
const missed = (logs: EventLogs, session: SessionHandle, id: string): string[] | undefined =>
  logs
    .find(session, id)
    ?.missed.map((bytes) => /data: (.*)\n\n$/s.exec(Buffer.from(bytes).toString())?.[1] ?? "");

describe("the log of a session", () => {
  test("replays a stream in its order, without the others", () => {
    const logs = new EventLogs();
    const session = sessionOf("s");
    const [one, two] = [logs.open(session, owner), logs.open(session, owner)];
    const first = say(one, "a");
    say(two, "x");
    say(one, "b");
    say(two, "y");
    say(one, "c");
    expect(missed(logs, session, first)).toEqual(["b", "c"]);
    expect(missed(logs, session, first.replace(/\d+$/, "0"))).toEqual(["a", "b", "c"]);
    expect(missed(logs, session, first.replace(/\d+$/, "99"))).toEqual([]);
  });

  test("holds so many events, the oldest of any stream going first", () => {
    const logs = new EventLogs();
    const session = sessionOf("s");
    const [one, two] = [logs.open(session, owner), logs.open(session, owner)];
    const first = say(one, "old");
    const start = say(two, "0");
    for (let n = 1; n <= 499; n += 1) say(two, String(n));
    expect(missed(logs, session, first.replace(/\d+$/, "0"))).toEqual([]);
    expect(missed(logs, session, start)).toHaveLength(499);
    say(two, "500");
    expect(missed(logs, session, start.replace(/\d+$/, "0"))).toHaveLength(500);
  });

  test("holds so many bytes", () => {
    const logs = new EventLogs();
    const session = sessionOf("s");
    const stream = logs.open(session, owner);
    const first = say(stream, "x".repeat(1_000_000));
    for (let n = 0; n < 5; n += 1) say(stream, `${String(n)}${"x".repeat(1_000_000)}`);
    expect(missed(logs, session, first)?.map((text) => text[0])).toEqual(["1", "2", "3", "4"]);
  });

  test("forgets streams that nobody is connected to, not the others", () => {
    const logs = new EventLogs();
    const session = sessionOf("s");
    const live = logs.open(session, owner);
    const seen = say(live, "live");
    const gone = logs.open(session, owner);
    const lost = say(gone, "gone");
    gone.finish();
    for (let n = 0; n < 130; n += 1) logs.open(session, owner).finish();
    expect(logs.find(session, seen)?.owner).toBe(owner);
    expect(logs.find(session, lost)).toBeUndefined();
  });
});

test("the sessions share a bound; the one that was silent longest loses its events", () => {
  const logs = new EventLogs();
  const sessions = Array.from({ length: 9 }, (_, index) => sessionOf(String(index)));
  const ids = sessions.map((session) =>
    say(logs.open(session, owner), "x".repeat(4_000_000)).replace(/1$/, "0"),
  );
  const kept = sessions.map((session, index) => missed(logs, session, ids[index] ?? "")?.length);
  expect(kept).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1]);
});
