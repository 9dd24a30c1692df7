import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openReceiver, retryAfter, signalUrl } from "./post.ts";

test.each([
  ["http://h:4318", "http://h:4318/v1/traces"],
  ["http://h:4318/", "http://h:4318/v1/traces"],
  ["https://h/otlp//", "https://h/otlp/v1/traces"],
  ["https://h/a?key=b#c", "https://h/a/v1/traces?key=b"],
  ["http://h:4318/v1/traces", "http://h:4318/v1/traces"],
  ["http://h:4318/api/v1/metrics/", "http://h:4318/api/v1/traces"],
])("spans of a receiver at %s go to %s", (base, url) => {
  expect(signalUrl(base, "traces").href).toBe(url);
});

test.each<[string | undefined, number | undefined]>([
  ["3", 3_000],
  [" 0 ", 0],
  ["Tue, 01 Jan 2030 00:00:09 GMT", 9_000],
  ["Tue, 01 Jan 2030 00:00:00 GMT", 0],
  ["Mon, 31 Dec 2029 00:00:00 GMT", 0],
  ["99999999999", 3_600_000],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("Retry-After: %s is %s milliseconds", (header, milliseconds) => {
  expect(retryAfter(header, Date.UTC(2030, 0, 1))).toBe(milliseconds);
});

async function answering(status: number, headers: Record<string, string> = {}) {
  const got: { url: string | undefined; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    got.push({ url: request.url, headers: request.headers, body });
    response.writeHead(status, headers).end('{"partialSuccess":{}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver = openReceiver(
    url.replace("//", "//user:word@"),
    { "x-key": "k", "content-type": "text/x" },
    60_000,
  );
  onTestFinished(() => {
    receiver.close();
    server.closeAllConnections();
    server.close();
  });
  return { got, post: () => receiver.post("metrics", Buffer.from("{}")) };
}

test("a body is posted as JSON, with the person's headers and the address's user", async () => {
  const { got, post } = await answering(200);
  expect(await post()).toEqual({ kind: "taken", answer: '{"partialSuccess":{}}' });
  expect(got).toMatchObject([
    {
      url: "/v1/metrics",
      body: "{}",
      headers: {
        "x-key": "k",
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from("user:word").toString("base64")}`,
      },
    },
  ]);
});

test.each([429, 502, 503, 504])("after status %i it may be sent again", async (status) => {
  const { post } = await answering(status, { "retry-after": "2" });
  expect(await post()).toEqual({
    kind: "later",
    why: `it answers with HTTP status ${status}`,
    afterMs: 2_000,
  });
});

test.each([301, 400, 401, 404, 408, 413, 500, 501])("after status %i it may not", async (status) => {
  const { post } = await answering(status, { location: "/", "retry-after": "2" });
  expect(await post()).toEqual({ kind: "refused", why: `it answers with HTTP status ${status}` });
});

test("nobody there, a connection that ends, no answer in time, and no HTTP: it may be sent again", async () => {
  const tcp = createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.destroy()));
  const silent = createTcpServer((socket) => socket.on("error", () => {}));
  const urls = await Promise.all(
    [tcp, silent].map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  for (const url of ["http://127.0.0.1:1", `http://${urls[0]}`, `https://${urls[0]}`, `http://${urls[1]}`]) {
    const receiver = openReceiver(url, { "x-key": "secret-7" }, url.endsWith(urls[1] ?? "") ? 50 : 60_000);
    const sent = await receiver.post("traces", Buffer.from("{}"));
    receiver.close();
    expect(sent, url).toMatchObject({ kind: "later", afterMs: undefined });
    expect(JSON.stringify(sent)).not.toContain("secret-7");
  }
});

test("a header that HTTP does not know is refused without its value", async () => {
  const receiver = openReceiver("http://127.0.0.1:1", { "x-key": "secret-7\nx" }, 60_000);
  const sent = await receiver.post("traces", Buffer.from("{}"));
  receiver.close();
  expect(sent.kind).toBe("refused");
  expect(JSON.stringify(sent)).not.toContain("secret-7");
});
