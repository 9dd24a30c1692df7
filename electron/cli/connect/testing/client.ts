import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { LineFramer } from "../../../core/jsonrpc/framing.ts";
import { writeConnectToken } from "../../../hub/home/connect-token.ts";
import type { ConnectOptions } from "../arguments.ts";
import type { ConnectIo } from "../main.ts";
import { connect } from "../main.ts";

/** A client on stdio whose bridge runs in this process. */
export interface BridgedClient {
  readonly home: string;
  /** Writes one line. */
  write(text: string): void;
  /** The next line of the bridge. */
  line(): Promise<string>;
  /** Lines that nobody has taken yet. */
  readonly lines: string[];
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly stderr: () => string;
  /** Sends the process a signal. */
  signal(): void;
  readonly ended: Promise<number>;
  /** Ends the bridge and removes its home. */
  dispose(): Promise<void>;
}

/** A new home with the token of the client "connect" in it. */
export function homeWithToken(): string {
  const home = mkdtempSync(join(tmpdir(), "gatehouse-connect-"));
  writeConnectToken(home, "connect", "gth_secret");
  return home;
}

/** Runs a bridge on a home. By default nothing starts a hub: the program ends at once as when another one is running. */
export function bridgedClient(
  home: string,
  options: Omit<ConnectOptions, "home"> = {},
  io: Partial<ConnectIo> = {},
  { reads = true } = {},
): BridgedClient {
  const input = new PassThrough();
  const output = new PassThrough();
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  const framer = new LineFramer({
    onLine: (bytes) => {
      const text = Buffer.from(bytes).toString("utf8");
      const next = waiting.shift();
      if (next === undefined) lines.push(text);
      else next(text);
    },
    onTooLong: () => {},
  });
  if (reads) output.on("data", (chunk: Buffer) => framer.push(chunk));
  let stderr = "";
  let signalled = (): void => {};
  const ended = connect(
    { home, ...options },
    {
      input,
      output,
      err: (text) => {
        stderr += text;
      },
      env: process.env,
      platform: process.platform,
      homedir: "/nobody",
      cwd: "/",
      program: [
        process.execPath,
        "-e",
        "console.error('error: hub_running: another'); process.exitCode = 1",
        "--",
      ],
      onSignal: (listener) => {
        signalled = listener;
        return () => {};
      },
      times: { step: 5, idleStep: 5, grace: 60_000, silence: 60_000 },
      ...io,
    },
  );
  return {
    home,
    write: (text) => void input.write(`${text}\n`),
    line: () => {
      const found = lines.shift();
      return found === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(found);
    },
    lines,
    input,
    output,
    stderr: () => stderr,
    signal: () => signalled(),
    ended,
    dispose: async () => {
      signalled();
      output.resume();
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
