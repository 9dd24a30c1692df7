import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import type { Broadcast, BroadcastData } from "../../../shared/contract.ts";
import { answerControl, broadcastText } from "../../../shared/control-client.ts";
import { ensureHomeKey, proveHub } from "../../hub/home/key.ts";
import { type HomeFiles, prepareHome } from "../../hub/home/paths.ts";
import { writeRunFile } from "../../hub/home/run-file.ts";
import type { Io } from "../io.ts";

/** What a stand-in for the hub answers to a method; thrown errors are its errors. */
export type Answers = (method: string, params: unknown) => unknown;

/** Surroundings of a command in which nobody types, and nothing is to be loaded. */
export const quietIo = {
  isTerminal: false,
  program: [process.execPath, "/gatehouse.js"],
  connect: () => Promise.resolve(),
  mock: () => Promise.resolve(),
  printed: async () => true,
  readInput: async () => undefined,
  input: async function* () {},
  readHidden: async () => "",
  loadDoctor: () => Promise.reject(new Error("no doctor may be loaded here")),
} satisfies Partial<Io>;

/** A temporary home and a stand-in for everything outside; `printed` and `failed` collect stdout and stderr. */
export function temporaryHome() {
  const home = join(mkdtempSync(join(tmpdir(), "gatehouse-cli-")), "home");
  const files = prepareHome(home);
  const texts = { printed: "", failed: "" };
  const io: Io = {
    ...quietIo,
    out: (text) => {
      texts.printed += text;
    },
    err: (text) => {
      texts.failed += text;
    },
    env: { GATEHOUSE_HOME: home },
    platform: process.platform,
    homedir: home,
    cwd: home,
    now: () => Date.parse("2026-11-22T12:00:00.000Z"),
    loadHub: () => Promise.reject(new Error("no hub may be loaded here")),
    process: { onSignal: () => () => {}, exit: () => {}, channel: undefined },
  };
  return { home, files, io, texts, remove: () => rmSync(join(home, ".."), { recursive: true, force: true }) };
}

/** A running stand-in, and what came to it. */
export interface FakeHub {
  /** Every message that came, in order, as text. */
  readonly received: string[];
  readonly calls: { method: string; params: unknown }[];
  tell<B extends Broadcast>(name: B, data: BroadcastData<B>): void;
  close(): Promise<void>;
}

/** How a stand-in behaves worse than a hub does: another key, a refusal in these words, or no answer at all. */
export interface Deviation {
  key?: Buffer;
  refuse?: string;
  silent?: boolean;
}

/** A tiny hub that speaks only /control: the handshake, then what `answers` says. */
export async function startFakeHub(
  files: HomeFiles,
  answers: Answers,
  deviation: Deviation = {},
): Promise<FakeHub> {
  const key = deviation.key ?? ensureHomeKey(files.keyFile);
  ensureHomeKey(files.keyFile);
  const received: string[] = [];
  const calls: { method: string; params: unknown }[] = [];
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/control" });
  server.on("connection", (socket) => {
    let step = 0;
    socket.on("message", (data) => {
      const text = String(data);
      received.push(text);
      step += 1;
      if (deviation.silent) return socket.close();
      if (step === 1) socket.send(JSON.stringify({ proof: proveHub(key, JSON.parse(text).challenge) }));
      else if (step === 2) {
        const welcome = deviation.refuse === undefined ? { role: "operator" } : { refused: deviation.refuse };
        socket.send(JSON.stringify(welcome));
      } else {
        void answerControl(text, async (method, params) => {
          calls.push({ method, params });
          return answers(method, params);
        }).then((reply) => reply !== undefined && socket.send(reply));
      }
    });
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  writeRunFile(files.runFile, {
    pid: process.pid,
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    token: "operator-token",
    version: "1",
    startedAt: "2026-11-22T11:00:00.000Z",
  });
  return {
    received,
    calls,
    tell: (name, data) => {
      for (const socket of server.clients) socket.send(broadcastText(name, data));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}
