import { expect, it } from "vitest";
import { remoteServerSchema } from "../../shared/model/config.ts";
import type { TransportEnd } from "../hub/ports/upstream.ts";
import { loginWith } from "./fixtures/harness.ts";
import { createTransportFactory } from "./index.ts";

it.each(["http", "sse"] as const)(
  "a remote server of the type %s is contacted, and its failure told once, not before open has returned",
  async (type) => {
    const factory = createTransportFactory({
      registries: [],
      instance: "i",
      log: () => undefined,
      login: loginWith(""),
      env: {},
    });
    const config = remoteServerSchema.parse({ type, url: "http://127.0.0.1:1/mcp" });
    const ends: TransportEnd[] = [];
    const closed = Promise.withResolvers<void>();
    const none = (): void => undefined;
    const transport = factory.open(
      { name: "far", config, env: {}, headers: {} },
      {
        opened: none,
        message: none,
        noise: none,
        stderr: none,
        drained: none,
        closed: (end) => {
          ends.push(end);
          closed.resolve();
        },
      },
    );
    expect(ends).toEqual([]);
    const written = new Promise<Error | undefined>((resolve) =>
      transport.send([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"initialize"}')], resolve),
    );
    expect(await written).toBeInstanceOf(Error);
    await closed.promise;
    await transport.stop();
    expect(ends).toMatchObject([
      {
        code: "unreachable",
        exitCode: null,
        message: expect.stringContaining("127.0.0.1:1 refuses the connection"),
      },
    ]);
  },
);
