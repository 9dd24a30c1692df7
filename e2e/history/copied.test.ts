// What the window copies of a recorded call is run as it is, by a POSIX shell.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type CopyForm, copyAs } from "../../renderer/features/activity/copy-as.ts";
import { stdioFixture } from "../conformance/fixture.ts";
import { hubForTest, PATIENCE, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { asWindow } from "./kit.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
const onPosix = test.skipIf(process.platform === "win32");
/** What a shell, curl and JSON each could take for something else. */
const TEXT = `it's "1" $HOME \`id\` $(id) !! \\n \\\\ %s @file 数 — \u{1f600} \u001b[31m\r\n\ttab`;

/** The text that the window copies of a call. */
const copied = (hub: TestHub, form: CopyForm, id: number): Promise<string> =>
  asWindow(hub, async (control) => {
    const call = await control.call("calls.get", { id, maxBytes: 1_000_000 });
    const { headers } = await control.call("calls.headers", { id });
    return copyAs(form, call, hub.url, headers);
  });

/** Runs a text by `sh`; gives what it printed. */
async function sh(text: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn("sh", ["-s"], { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "ignore"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    out += piece;
  });
  child.stdin.end(text);
  await once(child, "close");
  return out;
}

/** The JSON-RPC answer in what curl printed, which may be a stream of events. */
const answerIn = (printed: string) =>
  JSON.parse(printed.split(/^data: /m).findLast((piece) => piece.trim().startsWith("{")) ?? "null");

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

onPosix(
  "a copied cURL gets the answer that was recorded, whichever era its client spoke, marked arguments included",
  async () => {
    const hub = await hubForTest({
      config: {
        mcpServers: { "my.echo": echoServer(), old: stdioFixture("session"), new: stdioFixture("stateless") },
      },
    });
    const token = await hub.addClient("ada");
    for (const server of ["my.echo", "old", "new"]) {
      const session = await hub.connect(token, `/mcp/s/${server}`);
      const stateless = hub.client(token, `/mcp/s/${server}`);
      const ask = async (
        method: string,
        named: string,
        params: object,
        headers: Record<string, string> = {},
      ) => {
        expect((await session.request(method, params)).error).toBeUndefined();
        const own = {
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          "mcp-name": encoded(named),
          ...headers,
        };
        const again = await stateless.request(method, { ...params, _meta: META }, { headers: own });
        expect(again.error).toBeUndefined();
      };
      const tool = (name: string, args: object, headers: Record<string, string> = {}) =>
        ask("tools/call", name, { name, arguments: args }, headers);
      if (server === "my.echo") {
        await tool("echo", { text: TEXT });
        await tool("echo", { text: "é'".repeat(60_000) });
        continue;
      }
      for (const region of [TEXT, "north", " =?base64?x?="])
        await tool("test_x_mcp_header", { region, level: 3 }, { "mcp-param-region": encoded(region) });
    }
    const calls = (await hub.calls()).filter(({ method }) => method === "tools/call");
    expect(calls).toHaveLength(16);
    for (const { id, server, result } of calls) {
      const text = await copied(hub, "curl", id);
      const answer = answerIn(await sh(text, { GATEHOUSE_TOKEN: token }));
      expect(answer?.result?.content, `${server}: ${text.slice(0, 500)}`).toEqual(result.content);
    }
  },
  PATIENCE * 3,
);

onPosix(
  "a copied gatehouse command makes the same call, as the person",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { "my.echo": echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    await ada.toolNames();
    const project = join(hub.home, "it's a project");
    await ada.call("my_echo__echo", { text: TEXT, big: 1 });
    const [recorded] = await hub.calls("--tool", "echo");
    const script = join(hub.home, "gatehouse");
    writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${GATEHOUSE}' "$@"\n`);
    chmodSync(script, 0o755);
    const text = await asWindow(hub, async (control) => {
      const call = await control.call("calls.get", { id: recorded?.id ?? 0 });
      return copyAs("command", { ...call, project }, hub.url);
    });
    const printed = sh(text, {
      GATEHOUSE_HOME: hub.home,
      PATH: `${hub.home}${delimiter}${process.env.PATH}`,
    });
    const pending = async () => JSON.parse(await hub.command("pending", "--json")).pending;
    const [question] = await waitFor(async () => ((found) => found.length > 0 && found)(await pending()), {
      deadlineMs: PATIENCE,
      what: "the question",
    });
    expect(question).toMatchObject({ client: "you", arguments: { text: TEXT, big: 1 } });
    await hub.command("answer", question.id, "allow-once");
    expect(JSON.parse(await printed).result).toEqual(recorded?.result);
    expect((await hub.calls("--client", "you")).map(({ request }) => request.arguments)).toEqual([
      { text: TEXT, big: 1 },
    ]);
  },
  PATIENCE * 2,
);

const encoded = (text: string): string =>
  /^[!-~]([ -~]*[!-~])?$/.test(text) && !text.startsWith("=?base64?")
    ? text
    : `=?base64?${Buffer.from(text).toString("base64")}?=`;
