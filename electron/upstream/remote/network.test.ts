import { createServer as createHttp, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, connect, createServer as createTcp, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { selfSigned } from "../fixtures/certificate.ts";
import { Gate, readWhole } from "./content.ts";
import { createNetwork, type Network, type NetworkError, type NetworkOptions } from "./network.ts";
import { systemTrust } from "./trust.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listening(server: {
  listen: Server["listen"];
  close: Server["close"];
  address: Server["address"];
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function network(url: string, options: Partial<NetworkOptions> = {}): Network {
  const made = createNetwork({
    url: new URL(url),
    env: {},
    clock: systemClock,
    trust: systemTrust,
    ...options,
  });
  cleanups.push(() => made.close());
  return made;
}

const get = async (net: Network, url: string): Promise<string> => {
  const signal = new AbortController().signal;
  const answer = await net.request({ method: "GET", url: new URL(url), headers: {}, lane: "calls", signal });
  return (await readWhole(answer.content, new Gate(), 1e6)).toString();
};

const { key, cert } = selfSigned("mcp.example.test");
const trust = () => createSecureContext({ ca: cert });

/** A proxy that tunnels everything to one port, and what it was asked. */
async function proxy(port: number): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createHttp((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end("from the proxy");
  });
  server.on("connect", (request, client: Socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://user:pw@127.0.0.1:${await listening(server)}`, asked };
}

describe("the network", () => {
  it("goes through the environment's proxy: https by a tunnel, whose certificate must be trusted", async () => {
    const port = await listening(createHttps({ key, cert }, (_request, response) => response.end("secure")));
    const { url: HTTPS_PROXY, asked } = await proxy(port);
    const url = "https://mcp.example.test/mcp";
    expect(await get(network(url, { env: { HTTPS_PROXY }, trust }), url)).toBe("secure");
    expect(asked).toEqual(["CONNECT mcp.example.test:443 Basic dXNlcjpwdw=="]);
    await expect(get(network(url, { env: { HTTPS_PROXY } }), url)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      unsent: true,
    });
    const other = "https://other.example.test/mcp";
    await expect(get(network(other, { env: { HTTPS_PROXY }, trust }), other)).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
      unsent: true,
    });
  });

  it("goes through the environment's proxy: http by the whole URL, but never to this machine", async () => {
    const port = await listening(createHttp((_request, response) => response.end("direct")));
    const { url: HTTP_PROXY, asked } = await proxy(port);
    const far = "http://mcp.example.test/mcp";
    expect(await get(network(far, { env: { HTTP_PROXY } }), far)).toBe("from the proxy");
    expect(asked).toEqual(["GET http://mcp.example.test/mcp"]);
    const near = `http://127.0.0.1:${port}/`;
    expect(await get(network(near, { env: { HTTP_PROXY } }), near)).toBe("direct");
    expect(asked).toHaveLength(1);
  });

  it("a proxy that refuses is told as such, before anything was sent", async () => {
    const server = createHttp();
    server.on("connect", (_request, client: Socket) => client.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
    const HTTPS_PROXY = `http://127.0.0.1:${await listening(server)}`;
    const url = "https://mcp.example.test/";
    await expect(get(network(url, { env: { HTTPS_PROXY } }), url)).rejects.toMatchObject({
      code: "ERR_PROXY_TUNNEL",
      unsent: true,
    });
    expect(() => network(url, { env: { HTTPS_PROXY: "http://[" } })).toThrow();
  });

  it("a connection that never stands is given up; TLS that is never answered counts as not standing", async () => {
    const silent = createTcp();
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket.on("error", () => undefined)));
    cleanups.push(() => sockets.map((socket) => socket.destroy()));
    const url = `https://127.0.0.1:${await listening(silent as never)}/`;
    await expect(get(network(url, { connectLimitMs: 50 }), url)).rejects.toMatchObject({
      code: "ETIMEDOUT",
      unsent: true,
    });
  });

  it("knows that a request may have arrived once the connection stood", async () => {
    const port = await listening(createHttp((request) => request.socket.destroy()));
    const url = `http://127.0.0.1:${port}/`;
    const error = await get(network(url), url).catch((caught: NetworkError) => caught);
    expect(error).toMatchObject({ code: "ECONNRESET", unsent: false });
  });

  it("uses one connection again and again, until idle ones are dropped", async () => {
    let connections = 0;
    const server = createHttp((_request, response) => response.end("x"));
    server.on("connection", () => {
      connections += 1;
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    const net = network(url);
    for (let i = 0; i < 5; i++) await get(net, url);
    expect(connections).toBe(1);
    net.dropIdle();
    await get(net, url);
    expect(connections).toBe(2);
  });

  it("the limit of idle connections does not end a call that takes longer", async () => {
    const server = createHttp((_request, response) => {
      setTimeout(() => response.write("a"), 100);
      setTimeout(() => response.end("b"), 200);
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    expect(await get(network(url, { idleMs: 20 }), url)).toBe("ab");
  });

  it("what controls calls never waits behind them", async () => {
    const waiting: (() => void)[] = [];
    const server = createHttp((request, response) => {
      if (request.url === "/control") response.end("now");
      else waiting.push(() => response.end("late"));
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    const net = network(url);
    const controller = new AbortController();
    const request = (path: string, lane: "calls" | "control", signal = controller.signal) =>
      net.request({ method: "GET", url: new URL(path, url), headers: {}, lane, signal });
    const calls = Array.from({ length: 130 }, () =>
      request("/call", "calls").catch((error: NetworkError) => error),
    );
    const answer = await request("/control", "control", new AbortController().signal);
    expect((await readWhole(answer.content, new Gate(), 10)).toString()).toBe("now");
    controller.abort();
    const ends = await Promise.all(calls);
    // Two had no connection yet: of those it is certain that they never left.
    expect(ends.filter((end) => (end as NetworkError).unsent).length).toBeGreaterThanOrEqual(2);
  });
});
