import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished } from "vitest";
import type { ControlClient } from "../../shared/control-client.ts";
import type { CallsVerified } from "../../shared/model/history.ts";
import type { Problem } from "../../shared/model/problem.ts";
import { PATIENCE, startTestHub, type TestHub } from "../hub/kit.ts";
import { openControl } from "../lib/control.ts";
import { temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";

/** A home that one test keeps over several hubs; removed at its end. */
export function keptHome(): string {
  const made = temporaryHome();
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A client with an open session, to whom the tools have been listed. */
export async function listedClient(hub: TestHub, name = "ada"): Promise<McpHttpClient> {
  const made = await hub.connect(await hub.addClient(name));
  await made.toolNames();
  return made;
}

/** Has a hub of its own record five calls of ada's in a home, and end. */
export async function keptCalls(home: string, config: Record<string, unknown>) {
  const hub = await startTestHub({ home, config });
  const token = await hub.addClient("ada");
  const { sessionId } = await hub.connect(token);
  const ada = hub.client(token, "/mcp", sessionId);
  for (let i = 0; i < 5; i += 1) await ada.call("one__echo", { text: `kept ${i}` });
  const recorded = await hub.calls("--limit", "1000");
  await hub.stop();
  return { token, sessionId, recorded };
}

/** What `calls verify` says, once every call is chained. */
export const verified = (hub: TestHub): Promise<CallsVerified> =>
  waitFor(
    async () => {
      const { stdout } = await hub.cli(["calls", "verify", "--json"]);
      const found = JSON.parse(stdout) as CallsVerified;
      return found.pending === 0 && found.key !== null && found;
    },
    { deadlineMs: PATIENCE, what: "every call to be chained" },
  );

/** Changes the database of a home while no hub has it open; each statement must change something. */
export function tamper(home: string, ...statements: string[]): void {
  const database = new Database(join(home, "gatehouse.db"));
  try {
    database.pragma("foreign_keys = OFF");
    for (const statement of statements)
      expect(database.prepare(statement).run().changes, statement).toBeGreaterThan(0);
  } finally {
    database.close();
  }
}

/** The echo calls that are listed, newest first, each as its server and text. */
export const echoes = async (hub: TestHub): Promise<string[]> =>
  (await hub.calls("--limit", "1000"))
    .filter(({ tool }) => tool === "echo")
    .map(({ server, request }) => `${server} ${request.arguments.text}`);

/** Asks over the control API, as a window does. */
export async function asWindow<T>(hub: TestHub, ask: (control: ControlClient) => Promise<T>): Promise<T> {
  const { token } = JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8")) as { token: string };
  const control = await openControl(`ws://127.0.0.1:${hub.port}/control`, token);
  try {
    return await ask(control.client);
  } finally {
    control.close();
  }
}

/**
 * What the person is told of the hub: the same in `status --json`, to a window over the control API, and in words by
 * `status`.
 */
export async function problems(hub: TestHub): Promise<readonly Problem[]> {
  const codes = (told: readonly Problem[]): string => told.map(({ code }) => code).join();
  const look = async (): Promise<readonly Problem[]> =>
    (await asWindow(hub, (control) => control.call("hub.status", {}))).hub.problems;
  // A disk that is nearly full takes a small row now and then: only what is told of the same moment is to be the same.
  const { before, printed, words } = await waitFor(
    async () => {
      const before = await look();
      const printed = (await hub.status()).hub.problems;
      const words = await hub.command("status");
      return codes(before) === codes(await look()) && { before, printed, words };
    },
    { deadlineMs: PATIENCE, what: "the problems to stay the same for a moment" },
  );
  expect(codes(printed)).toBe(codes(before));
  for (const { message, advice } of printed) {
    // How many calls went unrecorded may have changed in between.
    expect(words).toContain(message.replace(/^\d+ calls? w\w+ /, ""));
    if (advice !== null) expect(words).toContain(advice);
  }
  return printed;
}

/** Segments of calls that the index has, as another program sees them. */
export function segments(index: string): number {
  if (!existsSync(index)) return 0;
  try {
    const database = new Database(index, { readonly: true, timeout: 5_000 });
    try {
      return Number(database.prepare("SELECT count(*) FROM segment").pluck().get());
    } finally {
      database.close();
    }
  } catch {
    return 0;
  }
}
