import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeConnectToken } from "../../hub/home/connect-token.ts";
import { homeFiles } from "../../hub/home/paths.ts";
import { bridge, INITIALIZE, modern } from "./testing/bridge.ts";

const at = bridge();
const { connect, hubOf } = at;

describe("before the hub is reached", () => {
  it("what is no message is answered here", async () => {
    const client = connect();
    client.write("{oops");
    expect(JSON.parse(await client.line())).toMatchObject({ id: null, error: { code: -32700 } });
  });

  it("an impostor on the hub's port gets no token, and the client is told", async () => {
    const hub = await hubOf({ impostor: true });
    const client = connect();
    client.write(INITIALIZE);
    expect(JSON.parse(await client.line())).toMatchObject({
      id: "i",
      error: { code: -32000, data: { code: "hub_untrusted" } },
    });
    expect(client.stderr()).toMatch(/^error: hub_untrusted: what listens on port \d+ is not/);
    expect(hub.received).toEqual([]);
  });

  it("a hub that cannot be started is told with its own words, and tried again by the next request", async () => {
    const program = (words: string): [string, ...string[]] => [process.execPath, "-e", words, "--"];
    const failing = program(
      "console.error('error: port_taken: port 1 is taken\\nFree it.'); process.exitCode = 1",
    );
    const client = connect({}, { program: failing });
    client.write(INITIALIZE);
    expect(JSON.parse(await client.line()).error).toMatchObject({
      message: "port 1 is taken. Free it.",
      data: { code: "port_taken", advice: "Free it." },
    });
    expect(client.stderr()).toBe("error: port_taken: port 1 is taken\nFree it.\n");
  });

  it("a revoked client is told how to be let in again, and a new token is taken up", async () => {
    const hub = await hubOf();
    const client = connect();
    client.write(modern("1", "tools/list"));
    (await hub.next()).json("{}", 401);
    expect(JSON.parse(await client.line()).error).toMatchObject({
      message: /revoked.*gatehouse client add connect --connect/,
      data: { code: "unauthorized" },
    });
    client.write(modern("2", "tools/list"));
    const refused = await hub.next();
    writeConnectToken(at.home, "connect", "gth_new");
    refused.json("{}", 401);
    const got = await hub.next();
    expect(got.headers.authorization).toBe("Bearer gth_new");
    got.json('{"jsonrpc":"2.0","id":2,"result":{}}');
    expect(await client.line()).toContain('"id":2');
  });

  it("a client that was refused is not asked for again by its next request", async () => {
    await hubOf();
    rmSync(`${at.home}/connect`, { recursive: true });
    const source = "console.error('error: forbidden: not let in'); process.exitCode = 1";
    const client = connect({}, { program: [process.execPath, "-e", source, "--"] });
    for (const id of ["1", "2"]) {
      client.write(modern(id, "tools/list"));
      expect(JSON.parse(await client.line())).toMatchObject({ error: { data: { code: "forbidden" } } });
    }
  });
});

describe("pressure", () => {
  const LARGE = "x".repeat(1024 * 1024);

  it("a client that does not read holds the hub's answers back, and gets all of them", async () => {
    const hub = await hubOf();
    const client = connect({}, {}, { reads: false });
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    const send = got.events();
    for (let n = 0; n < 64; n += 1) send(`{"jsonrpc":"2.0","method":"n","params":"${LARGE}"}`);
    send('{"jsonrpc":"2.0","id":1,"result":{}}');
    got.res.end();
    await new Promise((resolve) => client.output.once("readable", resolve));
    // What the bridge holds is bounded while nobody reads: the rest waits at the hub's end.
    for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate);
    expect(client.output.readableLength + client.output.writableLength).toBeLessThan(8 * LARGE.length);
    let bytes = 0;
    for await (const chunk of client.output) {
      bytes += (chunk as Buffer).length;
      if (bytes > 64 * LARGE.length && String((chunk as Buffer).subarray(-40)).includes('"result"')) break;
    }
    expect(bytes).toBeGreaterThan(64 * LARGE.length);
  });

  it("a hub that is away holds the client's messages back", async () => {
    const client = connect();
    rmSync(homeFiles(at.home).runFile, { force: true });
    for (let n = 0; n < 20; n += 1) client.write(modern(String(n), "tools/call", `,"x":"${LARGE}"`));
    while (!client.input.isPaused()) await new Promise(setImmediate);
    const hub = await hubOf({
      handle: ({ body, json }) => {
        json(`{"jsonrpc":"2.0","id":${String(JSON.parse(body).id)},"result":{}}`);
        return true;
      },
    });
    const ids = new Set<number>();
    while (ids.size < 20) ids.add(JSON.parse(await client.line()).id);
    expect(hub.received).toHaveLength(20);
  });

  it("a message of 32 MB passes both ways", async () => {
    const hub = await hubOf();
    const client = connect();
    const text = LARGE.repeat(32);
    client.write(modern("1", "tools/call", `,"x":"${text}"`));
    const got = await hub.next();
    expect(got.body).toHaveLength(modern("1", "tools/call", `,"x":"${text}"`).length);
    const answer = `{"jsonrpc":"2.0","id":1,"result":"${text}"}`;
    got.json(answer);
    expect((await client.line()) === answer).toBe(true);
  });
});
