import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { GatehouseError } from "../../shared/errors.ts";
import { bindLoopbacks } from "./bind.ts";
import { findPortHolder } from "./process/port-holder.ts";

const hasIpv6Loopback = Object.values(networkInterfaces()).some((list) =>
  list?.some((entry) => entry.address === "::1"),
);
const opened: (Server | TcpServer)[] = [];
const create = (): Server => {
  const server = createServer();
  opened.push(server);
  return server;
};
const nobody = () => Promise.resolve(undefined);

const occupy = async (address: string): Promise<number> => {
  const server = createTcpServer();
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
};

afterEach(async () => {
  const servers = opened.splice(0).filter((server) => server.listening);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("binding", () => {
  test.each(["127.0.0.1", "localhost"])("%s binds both loopbacks on one port", async (host) => {
    const bound = await bindLoopbacks(host, 0, create, nobody);
    const addresses = bound.servers.map((server) => server.address());
    const expected = [{ address: "127.0.0.1", family: "IPv4", port: bound.port }];
    if (hasIpv6Loopback) expected.push({ address: "::1", family: "IPv6", port: bound.port });
    expect(addresses).toEqual(expected);
  });

  test("a taken port is named with its holder, and no other is taken instead", async () => {
    const port = await occupy("127.0.0.1");
    const failure = await bindLoopbacks("127.0.0.1", port, create, () =>
      Promise.resolve({ pid: 77, name: "squatter" }),
    ).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GatehouseError);
    expect(failure).toMatchObject({
      code: "port_taken",
      message: `port ${String(port)} is taken by squatter (process 77)`,
    });
  });

  test.runIf(hasIpv6Loopback)(
    "a port taken on ::1 alone counts as taken, and nothing stays bound",
    async () => {
      const port = await occupy("::1");
      await expect(bindLoopbacks("127.0.0.1", port, create, nobody)).rejects.toMatchObject({
        code: "port_taken",
      });
      expect(opened.filter((server) => server.listening)).toHaveLength(1);
    },
  );

  test("an address that is not this machine's is called so", async () => {
    await expect(bindLoopbacks("192.0.2.1", 0, create, nobody)).rejects.toMatchObject({ code: "bad_usage" });
  });

  test.runIf(process.platform === "linux")("the holder of a port is found", async () => {
    const port = await occupy("127.0.0.1");
    expect(await findPortHolder(port)).toMatchObject({ pid: process.pid });
  });
});
