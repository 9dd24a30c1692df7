import { rmSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { newMark, PATIENCE, startTestHub } from "../hub/kit.ts";
import { realServers } from "../hub/real-servers.ts";
import { temporaryHome } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { everythingCalls, everythingScript, type Findings } from "./everything-script.ts";
import { type Connected, openClient1, openClient2, type Place } from "./sdk-clients.ts";

const { everything } = realServers("");

interface Kind {
  readonly name: string;
  readonly open: (place: Place) => Promise<Connected>;
  /** Members that the client's revision does not have, so that they cannot come through. */
  readonly gone: readonly string[];
}

const KINDS: readonly Kind[] = [
  { name: "SDK 1.x", open: openClient1, gone: [] },
  { name: "SDK 2.x, session era", open: (place) => openClient2(place, "legacy"), gone: [] },
  // Directly it speaks the server's era, to the hub 2026-07-28. There a tool has no `execution` (the SDK takes it off)
  // and a URL elicitation no id.
  {
    name: "SDK 2.x, negotiating",
    open: (place) => openClient2(place, "auto"),
    gone: ["execution", "elicitationId"],
  },
];

/** Findings under the kind's name, without what its revision does not have. */
const comparable = ({ name, gone }: Kind, findings: Findings): object =>
  JSON.parse(
    JSON.stringify({ [name]: findings }, (key, value: unknown) => (gone.includes(key) ? undefined : value)),
  ) as object;

/** What each kind of client finds without a hub. */
async function direct(): Promise<Map<string, Findings>> {
  const found = KINDS.map(async ({ name, open }) => {
    const connected = await open(everything);
    const findings = await everythingScript(connected, "direct");
    await connected.client.close();
    return [name, findings] as const;
  });
  return new Map(await Promise.all(found));
}

test("server-everything behaves through the hub as directly, also across a restart of the hub", async () => {
  const home = temporaryHome();
  const mark = newMark();
  const clients = new Map<Kind, Connected>();
  let hub = await startTestHub({ home, mark, config: { mcpServers: { everything } } });
  onTestFinished(async () => {
    for (const { client } of clients.values()) await client.close();
    await hub.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const expected = await direct();
  expect(JSON.stringify([...expected])).not.toContain('"thrown"');

  const { port } = hub;
  const url = `http://127.0.0.1:${port}/mcp/s/everything`;
  await waitFor(async () => (await hub.server("everything")).tools !== null, {
    deadlineMs: PATIENCE,
    what: "the catalogue",
  });
  let run = 0;
  for (const kind of KINDS) {
    const connected = await kind.open({ url, token: await hub.addClient(`client-${run}`) });
    clients.set(kind, connected);
    const found = await everythingScript(connected, `hub${run++}`);
    expect(comparable(kind, found)).toEqual(comparable(kind, expected.get(kind.name) ?? {}));
  }

  await hub.stop();
  hub = await startTestHub({ home, mark, port });
  for (const [kind, connected] of clients) {
    const before = expected.get(kind.name) ?? {};
    const again = { ...before, ...(await everythingCalls(connected, `again${run++}`)) };
    expect(comparable(kind, again)).toEqual(comparable(kind, before));
  }
});
