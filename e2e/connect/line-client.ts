import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Message } from "../lib/mcp-client.ts";
import { GATEHOUSE } from "../lib/owned-hub.ts";

export interface LineClientOptions {
  /** Arguments of `connect` besides the home. */
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Runs this instead of the built command. */
  readonly command?: string;
}

/** A client of raw lines over a real `gatehouse connect`. */
export class LineClient {
  readonly child: ChildProcess;
  /** What came that answers nothing. */
  readonly told: Message[] = [];
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr = "";
  readonly #waiting = new Map<unknown, (message: Message) => void>();
  #lastId = 0;

  constructor(home: string, { args = [], cwd = "/", command }: LineClientOptions = {}) {
    const [program, before] =
      command === undefined ? [process.execPath, [GATEHOUSE, "connect", "--home", home]] : [command, []];
    this.child = spawn(program, [...before, ...args], { cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, "exit").then(([code, signal]) => ({ code, signal }));
    createInterface({ input: this.child.stdout ?? process.stdin }).on("line", (line) => {
      const message = JSON.parse(line) as Message;
      const waiting = message.method === undefined ? this.#waiting.get(message.id) : undefined;
      this.#waiting.delete(message.id);
      if (waiting === undefined) this.told.push(message);
      else waiting(message);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  write(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** Sends a request; resolves with its answer, whatever it is. */
  request(method: string, params: object = {}): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.write({ id, method, params });
    return answer;
  }

  call(name: string, args: object = {}): Promise<Message> {
    return this.request("tools/call", { name, arguments: args });
  }

  async initialize(): Promise<Message> {
    const clientInfo = { name: "line-client", version: "1.0.0" };
    const answer = await this.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo,
    });
    this.write({ method: "notifications/initialized" });
    return answer;
  }

  /** Closes stdin and waits for the end. */
  async close(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.stdin?.end();
    return this.ended;
  }
}
