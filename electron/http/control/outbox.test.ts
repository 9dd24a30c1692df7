import { describe, expect, test } from "vitest";
import type { BroadcastData } from "../../../shared/contract.ts";
import { createOutbox } from "./outbox.ts";

type Calls = BroadcastData<"callsRecorded">["calls"];

/** A socket whose buffer the test fills and empties. */
const fakeSocket = () => {
  const sent: { method: string; params: unknown }[] = [];
  return {
    sent,
    bufferedAmount: 0,
    send(text: string) {
      sent.push(JSON.parse(text) as { method: string; params: unknown });
    },
  };
};
const calls = (count: number): Calls => Array(count).fill({ id: 1 }) as Calls;
const question = (id: string) => ({ id }) as unknown as BroadcastData<"questionAsked">;

describe("the outbox of a viewer", () => {
  test("passes broadcasts on while the viewer keeps up", () => {
    const socket = fakeSocket();
    createOutbox(socket).emit("callsRecorded", { calls: calls(1), dropped: 0 });
    expect(socket.sent).toEqual([
      { jsonrpc: "2.0", method: "callsRecorded", params: { calls: [{ id: 1 }], dropped: 0 } },
    ]);
  });

  test("counts the calls that a slow viewer misses, and tells it when it has caught up", () => {
    const socket = fakeSocket();
    const outbox = createOutbox(socket);
    socket.bufferedAmount = 5 * 1024 * 1024;
    outbox.emit("callsRecorded", { calls: calls(3), dropped: 4 });
    outbox.emit("callsRecorded", { calls: calls(2), dropped: 0 });
    outbox.emit("serverLogged", { name: "files", lines: [] });
    outbox.flush();
    expect(socket.sent).toEqual([]);
    socket.bufferedAmount = 0;
    outbox.flush();
    expect(socket.sent).toMatchObject([{ method: "callsRecorded", params: { calls: [], dropped: 9 } }]);
  });

  test("keeps the last state of each thing for a slow viewer, in order", () => {
    const socket = fakeSocket();
    const outbox = createOutbox(socket);
    socket.bufferedAmount = 5 * 1024 * 1024;
    outbox.emit("questionAsked", question("q1"));
    outbox.emit("questionAsked", question("q2"));
    outbox.emit("questionAnswered", { id: "q1", answer: "deny", by: "viewer" });
    outbox.emit("serverRemoved", { name: "files" });
    socket.bufferedAmount = 0;
    outbox.flush();
    expect(socket.sent.map(({ method, params }) => [method, params])).toEqual([
      ["questionAsked", { id: "q2" }],
      ["questionAnswered", { id: "q1", answer: "deny", by: "viewer" }],
      ["serverRemoved", { name: "files" }],
    ]);
  });
});
