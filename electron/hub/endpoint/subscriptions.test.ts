import { expect, it } from "vitest";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import { Session } from "../sessions.ts";
import { Subscriptions } from "./subscriptions.ts";

const URI = "demo://one";

/** What stands for a stateless client while it listens, and what it hears. */
function listening(): { session: Session; heard: string[] } {
  const session = new Session("", {
    idHash: "",
    label: "",
    clientId: null,
    scope: "all:",
    revision: "2026-07-28",
    capabilities: "{}",
    clientInfo: "{}",
    transport: "http",
    project: null,
    createdAt: 0,
    lastUsedAt: 0,
  });
  const heard: string[] = [];
  session.attachStream({ push: (parts) => heard.push(Buffer.concat(parts).toString()), close: () => {} });
  return { session, heard };
}

it("a listen stream that closes silences no other one", async () => {
  const asked: string[] = [];
  const server = {
    name: "demo",
    owner: undefined,
    era: { kind: "session" },
    isReady: true,
    askQuietly: (method: string) => {
      asked.push(method);
      return Promise.resolve(true);
    },
  } as unknown as ManagedServer;
  const subscriptions = new Subscriptions();
  const [one, two] = [listening(), listening()];
  for (const { session } of [one, two]) expect(await subscriptions.add(server, URI, session, URI)).toBe(true);

  subscriptions.sessionEnded(one.session, [server]);
  const bytes = Buffer.from(
    JSON.stringify({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: URI } }),
  );
  subscriptions.updated(server, bytes, scanMessage(bytes));
  expect([one.heard.length, two.heard.length]).toEqual([0, 1]);
  expect(asked).toEqual(["resources/subscribe"]);

  subscriptions.sessionEnded(two.session, [server]);
  expect(asked).toEqual(["resources/subscribe", "resources/unsubscribe"]);
});
