import { describe, expect, it } from "vitest";
import {
  type Connection,
  type ConnectionState,
  createConnection,
  retryDelay,
  type Socket,
  type Target,
} from "./connection.ts";

interface FakeSocket extends Socket {
  readonly sent: string[];
  closed: boolean;
  say(message: unknown): void;
}

function setUp(targets: Target[]) {
  const sockets: FakeSocket[] = [];
  const timers: { run: () => void; ms: number; live: boolean }[] = [];
  const tokens: string[] = [];
  const states: ConnectionState[] = [];
  let asked = 0;
  const connection: Connection = createConnection({
    target: async () => {
      const target = targets[Math.min(asked, targets.length - 1)] as Target;
      asked += 1;
      return target;
    },
    openSocket: () => {
      const socket: FakeSocket = {
        sent: [],
        closed: false,
        send: (text) => socket.sent.push(text),
        close: () => {
          socket.closed = true;
        },
        say: (message) => socket.onmessage?.({ data: JSON.stringify(message) }),
        onopen: null,
        onmessage: null,
        onclose: null,
      };
      sockets.push(socket);
      return socket;
    },
    challenge: () => "ab".repeat(32),
    now: () => 1_000,
    random: () => 0.5,
    later: (run, ms) => {
      const timer = { run, ms, live: true };
      timers.push(timer);
      return () => {
        timer.live = false;
      };
    },
    tokenGiven: (token) => tokens.push(token),
  });
  connection.onState((state) => states.push(state));
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const fire = async () => {
    const timer = timers.find((entry) => entry.live);
    if (timer !== undefined) {
      timer.live = false;
      timer.run();
    }
    await settle();
  };
  const logIn = async (index: number, welcome: object = { role: "viewer" }) => {
    await settle();
    const socket = sockets[index] as FakeSocket;
    socket.onopen?.();
    socket.say({ proof: "00" });
    socket.say(welcome);
    return socket;
  };
  return { connection, sockets, timers, tokens, states, settle, fire, logIn };
}

const hub: Target = { url: "ws://127.0.0.1:1/control", credential: { token: "t" } };

describe("the connection to the hub", () => {
  it("shakes hands, sends its credential after the proof, and is online", async () => {
    const { connection, logIn } = setUp([hub]);
    const socket = await logIn(0);
    expect(socket.sent.map((text) => JSON.parse(text))).toEqual([
      { hello: "gatehouse-control/1", challenge: "ab".repeat(32) },
      { token: "t" },
    ]);
    expect(connection.state()).toEqual({ phase: "online", role: "viewer" });
  });

  it("hands over the token that a one-time code was exchanged for", async () => {
    const { tokens, logIn } = setUp([{ url: hub.url as string, credential: { code: "c" } } as Target]);
    await logIn(0, { role: "viewer", token: "kept" });
    expect(tokens).toEqual(["kept"]);
  });

  it("says that the hub is gone, fails calls under way, and comes back alone", async () => {
    const { connection, sockets, states, fire, logIn } = setUp([hub]);
    const first = await logIn(0);
    const call = connection.call("hub.status", {});
    first.onclose?.();
    await expect(call).rejects.toMatchObject({ code: "hub_not_running" });
    expect(connection.state()).toEqual({
      phase: "offline",
      reason: "The hub is not running.",
      advice: null,
      since: 1_000,
      attempt: 1,
      retryAt: 1_250,
    });
    await fire();
    expect(sockets).toHaveLength(2);
    await logIn(1);
    expect(states.at(-1)).toEqual({ phase: "online", role: "viewer" });
  });

  it("delivers broadcasts of a later socket to listeners of the first", async () => {
    const { connection, fire, logIn } = setUp([hub]);
    const names: string[] = [];
    connection.on("serverRemoved", ({ name }) => names.push(name));
    const first = await logIn(0);
    first.say({ jsonrpc: "2.0", method: "serverRemoved", params: { name: "one" } });
    first.onclose?.();
    await fire();
    const second = await logIn(1);
    second.say({ jsonrpc: "2.0", method: "serverRemoved", params: { name: "two" } });
    expect(names).toEqual(["one", "two"]);
  });

  it("shows what the desktop says about a hub that is down, and retries at once when told to", async () => {
    const down: Target = {
      down: "The hub stopped.",
      advice: "See its log.",
      attempt: 3,
      retryAt: "1970-01-01T00:00:09.000Z",
    };
    const { connection, sockets, settle } = setUp([down, hub]);
    await settle();
    expect(connection.state()).toMatchObject({
      phase: "offline",
      reason: "The hub stopped.",
      attempt: 3,
      retryAt: 9_000,
    });
    connection.retry();
    await settle();
    expect(sockets).toHaveLength(1);
  });

  it("gives up on a refused credential with the hub's words", async () => {
    const { connection, sockets, settle } = setUp([hub]);
    await settle();
    sockets[0]?.say({ refused: "This code is not valid any more." });
    expect(connection.state()).toMatchObject({
      phase: "offline",
      reason: "This code is not valid any more.",
    });
    expect(sockets[0]?.closed).toBe(true);
  });

  it("stops trying when only the person can help", async () => {
    const { connection, timers, settle } = setUp([
      { down: "Open a new link.", advice: null, attempt: 0, retryAt: null, final: true },
    ]);
    await settle();
    expect(connection.state()).toMatchObject({ phase: "offline", attempt: 0, retryAt: null });
    expect(timers.filter((timer) => timer.live)).toHaveLength(0);
  });

  it("drops a hub that does not finish the handshake", async () => {
    const { connection, sockets, settle, fire } = setUp([hub]);
    await settle();
    sockets[0]?.onopen?.();
    await fire();
    expect(connection.state()).toMatchObject({ phase: "offline", reason: "The hub does not answer." });
  });

  it("refuses calls while offline and leaves no timer after dispose", async () => {
    const { connection, timers, sockets, settle } = setUp([hub]);
    await settle();
    await expect(connection.call("hub.status", {})).rejects.toMatchObject({ code: "hub_not_running" });
    connection.dispose();
    expect(timers.filter((timer) => timer.live)).toHaveLength(0);
    expect(sockets[0]?.closed).toBe(true);
  });

  it("waits longer each time, with jitter, at most five seconds and a quarter", () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((attempt) => retryDelay(attempt, 0.5))).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000,
    ]);
    expect(retryDelay(9, 1)).toBe(6_250);
  });
});
