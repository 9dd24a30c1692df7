import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import {
  type Broadcast,
  type BroadcastData,
  type Method,
  type Params,
  proofSchema,
  type Result,
  type RunFile,
  refusalSchema,
  welcomeSchema,
} from "../../shared/contract.ts";
import { createControlClient } from "../../shared/control-client.ts";
import { GatehouseError } from "../../shared/errors.ts";
import { isHubProof, readHomeKey } from "../hub/home/key.ts";
import { type HomeFiles, homeFiles } from "../hub/home/paths.ts";
import { readRunFile } from "../hub/home/run-file.ts";
import type { Io } from "./io.ts";

/** The control API, wherever the hub runs. */
export interface Control {
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** What a running hub tells; undefined for one in this process. */
  readonly broadcasts?: {
    /** Listens to one broadcast; returns the disposer. */
    on<B extends Broadcast>(name: B, listener: (data: BroadcastData<B>) => void): () => void;
    /** Rejects with GatehouseError when the hub has ended. */
    readonly ended: Promise<never>;
  };
}

export interface WithHubOptions {
  readonly home: string;
  /** "running": fails when no hub runs. "either": runs one in this process, without a listener, when none does. */
  readonly need: "running" | "either";
  readonly loadHub: Io["loadHub"];
  /** How this command is run; told to a hub that is run in this process, which may then try servers. */
  readonly tries?: { readonly program: readonly string[] } | undefined;
}

const HANDSHAKE_MS = 5_000;
/** How long to wait for another command that holds the home for a moment, or for a hub that is just starting. */
const BUSY_MS = 10_000;
const BUSY_STEP_MS = 50;

/** Uses the hub of a home, and lets go of it again. Rejects with GatehouseError. */
export async function withHub<T>(options: WithHubOptions, use: (control: Control) => Promise<T>): Promise<T> {
  const files = homeFiles(options.home);
  const giveUpAt = Date.now() + BUSY_MS;
  for (;;) {
    const run = readRunFile(files.runFile);
    const connection = run === undefined ? undefined : await connectControl(run, files);
    if (connection !== undefined) {
      try {
        return await use(connection.control);
      } finally {
        connection.close();
      }
    }
    if (options.need === "running")
      throw new GatehouseError(
        "hub_not_running",
        `no hub is running on ${options.home}`,
        "Start one with: gatehouse serve",
      );
    const { startHub } = await options.loadHub();
    let hub: Awaited<ReturnType<typeof startHub>>;
    try {
      hub = await startHub({
        home: options.home,
        listen: false,
        ...(options.tries === undefined ? {} : { program: options.tries.program, tries: true }),
      });
    } catch (error) {
      const isBusy = error instanceof GatehouseError && error.code === "hub_running";
      if (!isBusy || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_STEP_MS));
      continue;
    }
    try {
      return await use(hub.control("operator"));
    } finally {
      await hub.stop("the command is done");
    }
  }
}

/**
 * Connects to the hub that run.json tells of. The hub proves first that it holds the home's key; only then it gets
 * the token: another process on that port gets nothing. Resolves to undefined when nobody listens there.
 */
async function connectControl(
  run: RunFile,
  files: Pick<HomeFiles, "keyFile">,
): Promise<{ control: Control; close: () => void } | undefined> {
  const key = readHomeKey(files.keyFile);
  if (key === undefined) throw untrusted(run, "this home has no key");
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(`ws://127.0.0.1:${run.port}/control`, {
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: 512 * 1024 * 1024,
    followRedirects: false,
  });
  const messages = inbox(socket);
  try {
    if (!(await opened(socket, run))) return undefined;
    const challenge = randomBytes(32).toString("hex");
    socket.send(JSON.stringify({ hello: "gatehouse-control/1", challenge }));
    const proof = proofSchema.safeParse(await messages.next(run));
    if (!proof.success || !isHubProof(key, challenge, proof.data.proof))
      throw untrusted(run, "it does not hold this home's key");
    socket.send(JSON.stringify({ token: run.token }));
    const answer = await messages.next(run);
    const refusal = refusalSchema.safeParse(answer);
    if (refusal.success || !welcomeSchema.safeParse(answer).success)
      throw new GatehouseError(
        "unauthorized",
        `the hub refused this command: ${refusal.success ? refusal.data.refused : "its answer is not understood"}`,
        "It may just have been restarted: try again.",
      );
  } catch (error) {
    socket.terminate();
    throw error;
  }
  const client = createControlClient((text) => socket.send(text));
  messages.forward((text) => client.receive(text));
  const ended = new Promise<never>((_resolve, reject) => {
    socket.on("close", () => {
      client.close(
        new GatehouseError(
          "hub_not_running",
          "the hub has ended before it answered",
          "See: gatehouse status",
        ),
      );
      reject(new GatehouseError("hub_not_running", "the hub has ended", "See: gatehouse status"));
    });
  });
  ended.catch(() => {});
  return {
    control: {
      call: (method, params) => client.call(method, params),
      broadcasts: { on: (name, listener) => client.on(name, listener), ended },
    },
    close: () => socket.close(),
  };
}

/** Waits for the connection; false when nobody listens there. */
function opened(socket: WebSocket, run: RunFile): Promise<boolean> {
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(true));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve(false);
      else reject(untrusted(run, error.message));
    });
  });
}

/** Messages one by one while the handshake lasts, then handed on. */
function inbox(socket: WebSocket) {
  const early: string[] = [];
  let wake: (() => void) | undefined;
  let sink = (text: string): void => {
    early.push(text);
    wake?.();
  };
  socket.on("message", (data) => sink(String(data)));
  return {
    async next(run: RunFile): Promise<unknown> {
      if (early.length === 0) await waitFor(socket, run, (resolve) => (wake = resolve));
      try {
        return JSON.parse(early.shift() ?? "");
      } catch {
        return undefined;
      }
    },
    forward(receive: (text: string) => void): void {
      sink = receive;
      for (const text of early.splice(0)) receive(text);
    },
  };
}

function waitFor(socket: WebSocket, run: RunFile, start: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => fail("it closed the connection");
    const timer = setTimeout(() => fail("it does not answer"), HANDSHAKE_MS);
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("close", onClose);
    };
    const fail = (why: string): void => {
      settle();
      reject(untrusted(run, why));
    };
    socket.once("close", onClose);
    start(() => {
      settle();
      resolve();
    });
  });
}

const untrusted = (run: RunFile, why: string): GatehouseError =>
  new GatehouseError(
    "hub_untrusted",
    `what listens on port ${run.port} is not this home's hub: ${why}`,
    "Nothing was told to it. Find out what it is; if the hub is gone, remove run.json in the home folder.",
  );
