import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createPeers } from "./peer.ts";

const open: { destroy?: () => void; close?: () => void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) {
    each.destroy?.();
    each.close?.();
  }
});

test("the program behind a connection is looked up when somebody asks, and once", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  open.push(server);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const accepted = once(server, "connection") as Promise<[Socket]>;
  open.push(connect(port, "127.0.0.1"));
  const [socket] = await accepted;
  open.push(socket);
  const found = { pid: 7, name: "client", executable: "/bin/client", user: "ada" };
  const ends: unknown[] = [];
  const peerOf = createPeers("sse", ({ remotePort }) => {
    ends.push(remotePort);
    return Promise.resolve({ process: found, sameUser: true });
  });
  const peer = peerOf(socket);
  expect([peer.transport, peerOf(socket) === peer, ends]).toEqual(["sse", true, []]);
  expect(await Promise.all([peer.process(), peer.process()])).toEqual([found, found]);
  expect(ends).toEqual([socket.remotePort]);
});
