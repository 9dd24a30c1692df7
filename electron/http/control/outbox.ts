import type { Broadcast, BroadcastData } from "../../../shared/contract.ts";
import { broadcastText } from "../../../shared/control-client.ts";

/** The part of a WebSocket that is used to send. */
export interface TextSocket {
  readonly bufferedAmount: number;
  send(text: string, done: () => void): void;
}

/** Above this many waiting bytes a viewer gets no further broadcasts; below the lower mark it gets them again. */
const HIGH_WATER = 4 * 1024 * 1024;
const LOW_WATER = 1024 * 1024;

/**
 * The broadcasts to one viewer. One that does not keep up costs bounded memory: recorded calls are left out and
 * counted, log lines are left out, and of what tells a state only the latest of each thing is kept and sent later.
 */
export interface Outbox {
  emit<B extends Broadcast>(name: B, data: BroadcastData<B>): void;
  /** To be called when what was sent has been taken. */
  flush(): void;
}

/** Creates the outbox of one connection. */
export function createOutbox(socket: TextSocket): Outbox {
  const held = new Map<string, string>();
  let congested = false;
  let droppedCalls = 0;

  const send = (text: string): void => socket.send(text, flush);

  function flush(): void {
    if (!congested || socket.bufferedAmount > LOW_WATER) return;
    congested = false;
    const texts = [...held.values()];
    held.clear();
    if (droppedCalls > 0) {
      texts.push(broadcastText("callsRecorded", { calls: [], dropped: droppedCalls }));
      droppedCalls = 0;
    }
    for (const text of texts) send(text);
  }

  return {
    emit(name, data) {
      if (!congested && socket.bufferedAmount <= HIGH_WATER) {
        send(broadcastText(name, data));
        return;
      }
      congested = true;
      if (name === "callsRecorded") {
        const batch = data as BroadcastData<"callsRecorded">;
        droppedCalls += batch.calls.length + batch.dropped;
      } else if (name !== "serverLogged") {
        const key = subjectOf(name, data);
        // Set anew, so that what is kept goes out in the order of the last changes.
        held.delete(key);
        held.set(key, broadcastText(name, data));
      }
    },
    flush,
  };
}

/** What a broadcast is about: a later one about the same thing makes an earlier one superfluous. */
function subjectOf<B extends Broadcast>(name: B, data: BroadcastData<B>): string {
  switch (name) {
    case "serverChanged":
    case "serverRemoved":
      return `server ${"name" in data ? data.name : ""}`;
    case "clientChanged":
    case "questionAsked":
    case "questionChanged":
    case "questionAnswered":
      return `${name === "clientChanged" ? "client" : "question"} ${"id" in data ? data.id : ""}`;
    default:
      return name;
  }
}
