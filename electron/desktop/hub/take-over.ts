/**
 * Taking the home over from a hub that runs without a desktop: it proves that it serves this home before it gets the
 * operator token of run.json, is asked to drain and end, and is waited for.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import WebSocket from "ws";
import {
  proofSchema,
  type RunFile,
  refusalSchema,
  runFileSchema,
  welcomeSchema,
} from "../../../shared/contract.ts";
import { createControlClient } from "../../../shared/control-client.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";

export interface TakeOverOptions {
  readonly home: string;
  /** Seconds the other hub may spend on calls under way. */
  readonly drainSeconds: number;
  /** Longest wait for its process to be gone after that, in milliseconds. */
  readonly goneMs: number;
}

/** Ends the hub that holds the home; resolves when its process is gone. Rejects with GatehouseError. */
export async function takeOverFromHeadless(options: TakeOverOptions): Promise<void> {
  const run = readRunFile(options.home);
  // Gone already, or not far enough to say where it is: the next start will tell.
  if (run === undefined || !processExists(run.pid)) return;
  const key = readKey(options.home);
  await shutDown(run, key, options.drainSeconds);
  const end = Date.now() + options.drainSeconds * 1_000 + options.goneMs;
  while (processExists(run.pid)) {
    if (Date.now() > end)
      throw new GatehouseError(
        "hub_running",
        `another hub (process ${run.pid}) holds this home and does not end`,
        `End process ${run.pid}, then try again.`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function readRunFile(home: string): RunFile | undefined {
  try {
    return runFileSchema.parse(JSON.parse(readFileSync(join(home, "run.json"), "utf8")));
  } catch {
    return undefined;
  }
}

function readKey(home: string): Buffer {
  try {
    return readFileSync(join(home, "home.key"));
  } catch (error) {
    throw new GatehouseError("home_unusable", `the home's key cannot be read: ${sentenceOf(error)}`);
  }
}

function shutDown(run: RunFile, key: Buffer, drainSeconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const challenge = randomBytes(32).toString("hex");
    const socket = new WebSocket(`ws://127.0.0.1:${run.port}/control`, {
      handshakeTimeout: 5_000,
      maxPayload: 16 * 1024 * 1024,
    });
    const timer = setTimeout(() => fail("it does not answer"), (drainSeconds + 10) * 1_000);
    let step: (text: string) => void = prove;
    let asked = false;

    const settle = (run: () => void): void => {
      clearTimeout(timer);
      run();
      socket.terminate();
    };
    const fail = (why: string): void =>
      settle(() =>
        reject(
          new GatehouseError(
            "hub_running",
            `another hub (process ${run.pid}) holds this home, and it could not be asked to end: ${why}`,
            `End process ${run.pid}, then try again.`,
          ),
        ),
      );

    socket.on("open", () => socket.send(JSON.stringify({ hello: "gatehouse-control/1", challenge })));
    socket.on("message", (data) => {
      try {
        step(String(data));
      } catch (error) {
        fail(sentenceOf(error));
      }
    });
    socket.on("error", (error) => fail(error.message));
    // Ending is what was asked for: a close without an answer is one.
    socket.on("close", () => (asked ? settle(resolve) : fail("it closed the connection")));

    function prove(text: string): void {
      const { proof } = proofSchema.parse(JSON.parse(text));
      const expected = createHmac("sha256", key).update(`gatehouse-control/1:${challenge}`).digest();
      const given = Buffer.from(proof, "hex");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        fail("what listens on its port is not the hub of this home");
        return;
      }
      step = enter;
      socket.send(JSON.stringify({ token: run.token }));
    }

    function enter(text: string): void {
      const answer: unknown = JSON.parse(text);
      const refusal = refusalSchema.safeParse(answer);
      if (refusal.success) {
        fail(refusal.data.refused);
        return;
      }
      welcomeSchema.parse(answer);
      const client = createControlClient((message) => socket.send(message));
      step = (message) => client.receive(message);
      asked = true;
      client.call("hub.shutdown", { drainSeconds }).then(
        () => settle(resolve),
        (error: unknown) => fail(sentenceOf(error)),
      );
    }
  });
}

function processExists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
