import { expect, test } from "vitest";
import { serverConfigSchema } from "../../../shared/model/config.ts";
import { peerOf } from "./peer.ts";

const remote = (url: string) => ({
  config: serverConfigSchema.parse({ type: "http", url }),
  era: { kind: "stateless", version: "2026-07-28" } as const,
  hello: undefined,
});

test.each([
  ["https://mcp.example.com/mcp?key=1", { host: "mcp.example.com", port: 443 }],
  ["http://10.1.2.3:8080/", { host: "10.1.2.3", port: 8080 }],
  ["http://[::1]/mcp", { host: "::1", port: 80 }],
  ["https://${secret:host}/mcp", undefined],
])("a server at %s is told by host and port alone, unless a reference stands for them", (url, address) => {
  expect(peerOf(remote(url), 7)).toEqual({
    ...{ transport: "tcp", address, revision: "2026-07-28", requestId: "7" },
  });
});
