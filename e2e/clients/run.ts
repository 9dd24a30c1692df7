/**
 * `npm run clients`: real clients from npm against the built hub in front of four real servers (issue 2, "Done when" 2).
 * Each client gets a token from `gatehouse client add` and an empty HOME. Exit code 1 when one of them does not work;
 * where npm's registry cannot be reached, says so and ends with 0.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NOTE, realCalls, realServers } from "../hub/real-servers.ts";
import { type RunningHub, startHub } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { CLIENTS, fetchClients } from "./cache.ts";
import { claudeCode } from "./claude-code.ts";
import { claudeLogin } from "./claude-login.ts";
import { inspector } from "./inspector.ts";
import { opencode } from "./opencode.ts";
import type { Proof, Setting } from "./run-client.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs every client; resolves with the exit code. */
export async function main(): Promise<number> {
  const fetched = await fetchClients((line) => process.stderr.write(`${line}\n`));
  if ("problem" in fetched) {
    say(
      `${fetched.offline ? "skipped" : "failed"}: the real clients could not be fetched: ${fetched.problem}`,
    );
    return fetched.offline ? 0 : 1;
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-clients-")));
  const files = join(folder, "files");
  mkdirSync(files);
  writeFileSync(join(files, "note.txt"), NOTE);
  const config = { consent: { default: "allow" }, mcpServers: realServers(files) };
  let hub: RunningHub | undefined;
  try {
    const running = await startHub({ config });
    hub = running;
    await learnt(running);
    const settle = async (name: string): Promise<Setting> => {
      const home = join(folder, name);
      mkdirSync(home);
      return { bin: fetched.bin, home, url: running.url, token: await tokenFor(running, name) };
    };
    const proofs = [
      ...(await claudeCode(await settle("claude-code"))),
      ...(await claudeLogin(await settle("claude-login"), running)),
      ...(await opencode(await settle("opencode"))),
      ...(await inspector(await settle("inspector"), realCalls(files))),
      await recorded(running, realCalls(files).length),
    ];
    return report(proofs);
  } finally {
    await hub?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function report(proofs: readonly Proof[]): number {
  say(
    Object.entries(CLIENTS)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
  );
  for (const { what, ok, shown } of proofs)
    say(`${ok ? "ok    " : "FAILED"} ${what}\n       ${shown.replaceAll("\n", "\n       ")}`);
  const failed = proofs.filter(({ ok }) => !ok).length;
  say(`${proofs.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function command(hub: RunningHub, ...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await hub.cli([...args, "--json"]);
  if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} failed: ${stderr}`);
  return JSON.parse(stdout);
}

async function tokenFor(hub: RunningHub, name: string): Promise<string> {
  return ((await command(hub, "client", "add", name)) as { token: string }).token;
}

async function learnt(hub: RunningHub): Promise<void> {
  const allKnown = async (): Promise<boolean> => {
    const { servers } = (await command(hub, "status")) as { servers: { tools: number | null }[] };
    return servers.every(({ tools }) => tools !== null);
  };
  await waitFor(allKnown, { deadlineMs: 60_000, what: "the tools of all servers" });
}

/** Whether the log holds what the Inspector called. */
async function recorded(hub: RunningHub, count: number): Promise<Proof> {
  const { calls } = (await command(hub, "calls", "--client", "inspector")) as {
    calls: { server: string; tool: string; status: string }[];
  };
  const rows = calls.map(({ server, tool, status }) => `${server} ${tool} ${status}`);
  return {
    what: "every call of the Inspector is on record",
    ok: rows.length === count && calls.every(({ status }) => status === "ok"),
    shown: rows.join(", "),
  };
}
