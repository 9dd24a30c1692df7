import { expect, it } from "vitest";
import { remoteServerSchema } from "../../shared/model/config.ts";
import type { TransportEnd } from "../hub/ports/upstream.ts";
import { createTransportFactory } from "./index.ts";

it("a remote server is refused with a clear sentence, and not before open has returned", async () => {
  const factory = createTransportFactory({
    registries: [],
    instance: "i",
    log: () => undefined,
    path: async () => "",
  });
  const config = remoteServerSchema.parse({ type: "http", url: "https://example.com/mcp" });
  const ends: TransportEnd[] = [];
  const unexpected = (): never => {
    throw new Error("unexpected event");
  };
  const transport = factory.open(
    { name: "far", config, env: {}, headers: {} },
    {
      opened: unexpected,
      message: unexpected,
      noise: unexpected,
      stderr: unexpected,
      drained: unexpected,
      closed: (end) => ends.push(end),
    },
  );
  expect(ends).toEqual([]);
  const refused = await new Promise<Error | undefined>((resolve) => transport.send([], resolve));
  expect(ends).toMatchObject([{ code: "unsupported", exitCode: null }]);
  expect(refused?.message).toContain("remote servers come with the next release");
  await transport.stop();
  expect(ends).toHaveLength(1);
});
