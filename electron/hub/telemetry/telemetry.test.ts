import { describe, expect, onTestFinished, test } from "vitest";
import type { TracedCall, TracedSession } from "../ports/telemetry.ts";
import { createTestHub, fakeConfig } from "../testing/test-hub.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const PARENT = `00-${TRACE}-${SPAN}-01`;
const otlp = (more = "") => fakeConfig(`, "telemetry": { "otlp": "http://127.0.0.1:1" ${more} }`);

async function tracedHub(config: string) {
  const calls: TracedCall[] = [];
  const sessions: TracedSession[] = [];
  const opened: string[] = [];
  let closed = 0;
  const hub = await createTestHub({
    config,
    openTelemetry: ({ url }) => {
      opened.push(url);
      return Promise.resolve({
        call: (call) => calls.push(call),
        session: (session) => sessions.push(session),
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      });
    },
  });
  onTestFinished(() => hub.dispose());
  const session = await hub.open();
  const call = async (
    meta: object | undefined,
    traceparent?: string,
    tracestate?: string,
    name = "fake__echo",
  ) => {
    const params = { name, arguments: { text: "hi" }, ...(meta && { _meta: meta }) };
    await hub.request(
      { jsonrpc: "2.0", id: calls.length + 10, method: "tools/call", params },
      {
        session,
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(tracestate === undefined ? {} : { tracestate }),
      },
    );
    return hub.server.received.findLast(({ method }) => method === "tools/call")?.params;
  };
  await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
  return { hub, calls, sessions, session, opened, call, closed: () => closed };
}

test("a call continues the trace that its message names, and hands it on to the server", async () => {
  const { calls, call } = await tracedHub(otlp());
  const sent = await call({ traceparent: PARENT, other: 1 }, `00-${"1".repeat(32)}-${SPAN}-01`);
  const [traced] = calls;
  expect(traced).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, method: "tools/call", subject: "echo" });
  expect(sent).toMatchObject({
    arguments: { text: "hi" },
    _meta: { other: 1, traceparent: `00-${TRACE}-${traced?.upstreamSpanId}-01` },
  });
  expect(new Set([SPAN, traced?.spanId, traced?.upstreamSpanId]).size).toBe(3);
  expect(traced?.content).toBeUndefined();
});

test("without one in the message it is that of the HTTP request; without any, or with a bad one, the call begins its own", async () => {
  const { calls, call } = await tracedHub(otlp());
  await call(undefined, PARENT);
  await call({ traceparent: "nonsense" });
  await call({ traceparent: 7 });
  expect(calls.map(({ traceId, parentSpanId }) => [traceId === TRACE, parentSpanId])).toEqual([
    [true, SPAN],
    [false, undefined],
    [false, undefined],
  ]);
});

describe("a tracestate", () => {
  const STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

  test("travels with its traceparent to the server and the receiver, from the message or from the HTTP request", async () => {
    const { calls, call } = await tracedHub(otlp());
    expect((await call({ traceparent: PARENT, tracestate: STATE }))?._meta).toMatchObject({
      tracestate: STATE,
    });
    expect((await call(undefined, PARENT, ` ${STATE.replace(",", " , ,")}`))?._meta).toMatchObject({
      traceparent: expect.stringContaining(TRACE),
      tracestate: STATE,
    });
    expect(calls.map(({ traceState }) => traceState)).toEqual([STATE, STATE]);
  });

  test("of the HTTP request does not mix with a traceparent of the message, nor the other way round", async () => {
    const { call } = await tracedHub(otlp());
    for (const meta of [
      await call({ traceparent: PARENT }, PARENT, STATE),
      await call({ tracestate: "other=1", kept: true }, PARENT),
    ])
      expect(meta?._meta).not.toHaveProperty("tracestate");
    expect((await call({ tracestate: "other=1" }, PARENT, STATE))?._meta).toMatchObject({
      tracestate: STATE,
    });
  });

  test("is left out with a traceparent that cannot be read, and when it cannot be read itself", async () => {
    const { call } = await tracedHub(otlp());
    const many = Array.from({ length: 33 }, (_, i) => `k${i}=v`).join();
    for (const meta of [
      { traceparent: "nonsense", tracestate: STATE },
      { traceparent: PARENT, tracestate: "No=1" },
      { traceparent: PARENT, tracestate: "a=é" },
      { traceparent: PARENT, tracestate: many },
      { traceparent: PARENT, tracestate: 7 },
    ])
      expect((await call(meta))?._meta, JSON.stringify(meta)).toEqual({ traceparent: expect.any(String) });
  });
});

test("one in the message that cannot be read is as good as none: that of the HTTP request is taken", async () => {
  const { calls, call } = await tracedHub(otlp());
  for (const traceparent of [
    7,
    "nonsense",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    PARENT.toUpperCase(),
  ]) {
    const meta = await call({ traceparent, tracestate: "of=message" }, PARENT, "of=request");
    expect(meta?._meta).toMatchObject({
      traceparent: expect.stringContaining(TRACE),
      tracestate: "of=request",
    });
  }
  expect(new Set(calls.map(({ parentSpanId, ambient }) => `${parentSpanId} ${ambient}`))).toEqual(
    new Set([`${SPAN} undefined`]),
  );
});

test("where the message and the HTTP request name different parents, the request's is linked", async () => {
  const { calls, call } = await tracedHub(otlp());
  const other = { traceId: "1".repeat(32), spanId: "2".repeat(16) };
  await call({ traceparent: PARENT }, `00-${other.traceId}-${other.spanId}-01`);
  await call({ traceparent: PARENT }, PARENT);
  expect(calls).toMatchObject([
    { parentSpanId: SPAN, ambient: other },
    { parentSpanId: SPAN, ambient: undefined },
  ]);
});

test("what its client does not keep is handed on, and marked as not to be sent", async () => {
  const { calls, call } = await tracedHub(otlp(', "content": true'));
  const sent = await call({ traceparent: `00-${TRACE}-${SPAN}-00` });
  expect(calls).toMatchObject([{ sampled: false, content: undefined }]);
  expect(sent?._meta).toEqual({ traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-.{16}-00$`)) });
});

test("a name that is no Unicode cannot spoil what it is sent with", async () => {
  const { calls, call } = await tracedHub(otlp());
  await call(undefined, undefined, undefined, "fake__\ud800");
  expect(calls).toMatchObject([{ subject: "fake__\ufffd" }]);
});

test("contents travel along only where the person says so", async () => {
  const { calls, call } = await tracedHub(otlp(', "content": true'));
  await call(undefined);
  expect(calls[0]?.content?.request).toBe('{"text":"hi"}');
  expect(calls[0]?.content?.result).toContain("content");
});

test("an error is told by its code, and in its words only with contents; each call by its client's revision", async () => {
  for (const [more, words] of [
    ["", undefined],
    [', "content": true', expect.stringContaining("nowhere")],
  ] as const) {
    const { calls, call } = await tracedHub(otlp(more));
    await call(undefined, undefined, undefined, "nowhere");
    expect(calls).toMatchObject([
      { status: "error", errorCode: -32_602, revision: "2025-11-25", server: null },
    ]);
    expect(calls[0]?.content?.errorMessage).toEqual(words);
  }
});

test("a call names its server's side too: how it is reached, what is spoken with it, and what it knows the request by", async () => {
  const { calls, call, hub } = await tracedHub(otlp());
  await call(undefined);
  await call(undefined, undefined, undefined, "nowhere");
  const id = String(hub.server.received.findLast(({ method }) => method === "tools/call")?.id);
  expect(calls).toMatchObject([
    {
      overHttp: true,
      peer: { transport: "pipe", address: undefined, revision: "2025-11-25", requestId: id },
    },
    { overHttp: true, peer: undefined },
  ]);
});

test("the length of a client's session and of a server's is told when it is over", async () => {
  const { hub, sessions, session, call } = await tracedHub(otlp());
  await call(undefined);
  hub.hub.mcp.endSession(session);
  const revision = "2025-11-25";
  expect(sessions).toEqual([{ side: "server", ms: expect.any(Number), revision, peer: undefined }]);
  await hub.hub.endServers();
  expect(sessions.slice(1)).toMatchObject([{ side: "client", revision, peer: { transport: "pipe" } }]);
  for (const { ms } of sessions) expect(ms).toBeGreaterThanOrEqual(0);
});

test("without telemetry nothing is opened, and a client's own traceparent reaches the server as it came", async () => {
  const { hub, calls, opened, call, closed } = await tracedHub(fakeConfig());
  expect((await call({ traceparent: PARENT }))?._meta).toEqual({ traceparent: PARENT });
  expect([calls, opened]).toEqual([[], []]);
  await hub.configure(otlp());
  await call(undefined);
  await hub.configure(fakeConfig());
  await call(undefined);
  expect([calls.length, opened.length, closed()]).toEqual([1, 1, 1]);
});
