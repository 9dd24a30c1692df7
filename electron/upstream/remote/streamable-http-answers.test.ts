import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { event, events, fastClock, json, resultOf } from "../fixtures/remote.ts";
import { noStream, remoteTests } from "../fixtures/remote-tests.ts";

const { greeted } = remoteTests();

describe("Streamable HTTP, answers", () => {
  it("takes JSON, a batch, and a stream with notifications and requests before the answer", async () => {
    const { server, remote } = await greeted(({ message, response }) => {
      if (message.method === "json")
        json(
          response,
          ` \n${JSON.stringify(resultOf(message.id, { big: 1 })).replace("1}", "12345678901234567890}")}`,
        );
      else if (message.method === "batch")
        json(response, [
          { jsonrpc: "2.0", method: "notifications/message", params: {} },
          resultOf(message.id, { ok: 2 }),
        ]);
      else if (message.method === "stream") {
        events(response, ": hi\n\n");
        response.write(
          event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 3 } }),
        );
        response.write(event({ jsonrpc: "2.0", id: "q", method: "ping" }));
        response.end(event(resultOf(message.id, { ok: 3 })));
      } else response.writeHead(202).end();
    });
    await remote.ask(1, "json");
    expect(remote.raw.at(-1)?.toString()).toContain("12345678901234567890");
    expect(await remote.ask(2, "batch")).toMatchObject({ result: { ok: 2 } });
    expect(await remote.ask(3, "stream")).toMatchObject({ result: { ok: 3 } });
    expect(remote.messages.slice(2).map((message) => message.method ?? message.id)).toEqual([
      "notifications/message",
      2,
      "notifications/progress",
      "ping",
      3,
    ]);
    expect(await remote.send({ jsonrpc: "2.0", id: "q", result: {} } as never)).toBeUndefined();
    expect(server.requests.at(-1)?.message).toEqual({ jsonrpc: "2.0", id: "q", result: {} });
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("decompresses %s", async (encoding, compress) => {
    const { remote } = await greeted(({ message, response, headers }) => {
      expect(headers["accept-encoding"]).toContain(encoding);
      const body = compress(JSON.stringify(resultOf(message.id, { text: "x".repeat(100_000) })));
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
      // One byte at first: nothing may be told of the encoding yet.
      response.write(body.subarray(0, 1), () => response.end(body.subarray(1)));
    });
    expect((await remote.ask(1, "tools/call")).result?.text).toHaveLength(100_000);
  });

  it("carries an answer of 20 MB as JSON and as an event", async () => {
    const text = "é".repeat(10 * 1024 * 1024);
    const { remote } = await greeted(({ message, response }) => {
      if (message.id === 1) json(response, resultOf(message.id, { text }));
      else events(response).end(event(resultOf(message.id, { text })));
    });
    for (const id of [1, 2])
      expect(String((await remote.ask(id, "tools/call")).result?.text).length).toBe(text.length);
  });

  it("fails the one request whose answer is too large once decompressed, and goes on", async () => {
    const bomb = gzipSync(JSON.stringify({ text: "0".repeat(5_000_000) }));
    const { remote } = await greeted(
      ({ message, response }) => {
        if (message.id === 1) {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
          response.end(bomb);
        } else if (message.id === 2) events(response).write(`data: ${"0".repeat(2_000_000)}`);
        else json(response, resultOf(message.id, {}));
      },
      noStream,
      { maxBytes: 1_000_000 },
    );
    for (const id of [1, 2])
      expect((await remote.ask(id, "tools/call")).error).toMatchObject({
        code: -32000,
        data: { code: "message_too_large" },
      });
    expect(await remote.ask(3, "tools/call")).toMatchObject({ result: {} });
  });

  it("waits for slow heads and slow streams beyond every limit of connections", async () => {
    const { remote } = await greeted(({ message, response }) => {
      const stream = message.id === 2 ? events(response) : response;
      fastClock.after(12_000, () =>
        message.id === 2 ? stream.end(event(resultOf(2, {}))) : json(response, resultOf(1, {})),
      );
    });
    expect(await Promise.all([remote.ask(1, "a"), remote.ask(2, "b")])).toMatchObject([
      { id: 1, result: {} },
      { id: 2, result: {} },
    ]);
  });

  it("does not wait for a stream to end once the answer is there", async () => {
    const { server, remote } = await greeted(({ message, response }) => {
      events(response).write(event(resultOf(message.id, {})));
    });
    await remote.ask(1, "a");
    const call = server.requests.find(({ message }) => message.id === 1);
    await new Promise((resolve) => call?.response.once("close", resolve));
  });

  it("fails a request whose answer is empty, HTML, foreign, broken off, or cut while compressed", async () => {
    const { remote } = await greeted(({ message, response }) => {
      switch (message.method) {
        case "accepted":
          response.writeHead(202).end();
          return;
        case "html":
          response
            .writeHead(200, { "content-type": "text/html" })
            .end("<html><title>Log\u202ein</title><body>x</body>");
          return;
        case "foreign":
          return json(response, resultOf(4711, {}));
        case "cut":
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
          response.end(gzipSync(JSON.stringify(resultOf(message.id, {}))).subarray(0, 20));
          return;
        default:
          response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
          response.write("{", () => response.destroy());
      }
    });
    const codes: unknown[] = [];
    for (const [id, method] of ["accepted", "html", "foreign", "cut", "broken"].entries()) {
      const { error } = await remote.ask(id + 1, method);
      codes.push(error?.data?.code);
      if (method === "html")
        expect(error?.message).toContain("text/html) that holds no answer to this request: Log in");
    }
    expect(codes).toEqual(["no_answer", "bad_answer", "bad_answer", "connection_lost", "connection_lost"]);
  });

  it("keeps garbage on a stream away from the hub's messages", async () => {
    const { remote } = await greeted(({ message, response }) => {
      events(
        response,
        '\ufeff:x\n\nnonsense\n\ndata: not json\n\ndata: {"a":1}\n\nevent: other\ndata: {}\n\n',
      );
      response.end(event(resultOf(message.id, {})));
    });
    await remote.ask(1, "a");
    expect(remote.messages).toHaveLength(2);
    expect(remote.noise).toEqual(["not json", '{"a":1}']);
  });
});
