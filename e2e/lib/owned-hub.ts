import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Method, Params, Result } from "../../shared/contract.ts";
import { temporaryHome } from "./hub.ts";
import { processesWith } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** The built `gatehouse` command. */
export const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));

/** A hub that this process has forked as the desktop does: the channel to it is the owner's. */
export interface OwnedHub {
  readonly home: string;
  readonly port: number;
  /** What whoever can read run.json has. */
  readonly operatorToken: string;
  readonly url: string;
  owner<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Broadcasts that the owner heard, oldest first. */
  readonly heard: { readonly method: string; readonly params: unknown }[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the built hub on a fresh home, with a desktop attached. */
export async function startOwnedHub(config: object): Promise<OwnedHub> {
  const home = temporaryHome();
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config, null, 2), { mode: 0o600 });
  const child = spawn(process.execPath, [GATEHOUSE, "serve", "--home", home, "--port", "0", "--desktop"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    // The second one does not wait for calls that a test has left under way.
    const impatient = setTimeout(() => child.kill("SIGTERM"), 1_000);
    await exited;
    clearTimeout(impatient);
    await waitFor(() => processesWith(home).length === 0, { deadlineMs: 20_000, what: "its processes" });
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const { port, token } = await waitFor(() => runFileOf(home), { deadlineMs: 30_000, what: "run.json" });
  const channel = ownerChannel(child);
  return {
    home,
    port,
    operatorToken: token,
    url: `http://127.0.0.1:${port}/mcp`,
    owner: (method, params) => channel.call(method, params) as Promise<never>,
    heard: channel.heard,
    [Symbol.asyncDispose]: stop,
  };
}

function runFileOf(home: string): { port: number; token: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function ownerChannel(child: ChildProcess) {
  const heard: { method: string; params: unknown }[] = [];
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on("message", (message: { type: string; text?: string }) => {
    if (message.type !== "control") return;
    const { id, method, params, result, error } = JSON.parse(message.text ?? "{}");
    if (id === undefined) heard.push({ method, params });
    else if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error.message));
    waiting.delete(id);
  });
  return {
    heard,
    call(method: string, params: unknown): Promise<unknown> {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ type: "control", text: JSON.stringify({ jsonrpc: "2.0", id, method, params }) });
      });
    },
  };
}
