import { Worker } from "node:worker_threads";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import type { MainTurn } from "./turn.ts";
import type { FromWorker, ServiceName, Services, ToWorker, WorkerStart } from "./worker/messages.ts";

/** The storage worker as the main thread sees it. A worker that dies is started again at the next question. */
export interface WorkerLink {
  /** Asks for a service; rejects with GatehouseError internal when the worker fails or dies meanwhile. */
  ask<S extends ServiceName>(
    service: S,
    takes: Services[S]["takes"],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Services[S]["gives"]>;
  /** Ends the worker in order; nothing may be asked afterwards. */
  close(): Promise<void>;
}

interface Options {
  readonly file: string;
  readonly script: URL | string;
  readonly turn: MainTurn;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

interface Question {
  readonly resolve: (gives: never) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that died this often within a minute is left dead until the minute is over. */
const mostDeaths = 5;

export function startWorker({ file, script, turn, log }: Options): WorkerLink {
  const questions = new Map<number, Question>();
  const deaths: number[] = [];
  let worker: Worker | undefined;
  let lastId = 0;
  let closing = false;

  const ended = (reason: string): void => {
    worker = undefined;
    turn.reset();
    if (!closing) {
      deaths.push(performance.now());
      log("error", `the storage worker ended: ${reason}`);
    }
    for (const { reject } of questions.values())
      reject(new GatehouseError("internal", `the storage worker ended: ${reason}`));
    questions.clear();
  };

  const receive = (message: FromWorker): void => {
    if ("level" in message) {
      log(message.level, message.message);
      return;
    }
    const question = questions.get(message.id);
    if (question === undefined) return;
    questions.delete(message.id);
    if (questions.size === 0) worker?.unref();
    if ("error" in message) question.reject(new GatehouseError("internal", message.error));
    else question.resolve(message.gives as never);
  };

  const start = (): Worker => {
    while (deaths[0] !== undefined && performance.now() - deaths[0] > 60_000) deaths.shift();
    if (deaths.length >= mostDeaths)
      throw new GatehouseError(
        "internal",
        "the storage worker keeps failing",
        "See the hub's log for the reason, and restart the hub.",
      );
    const workerData: WorkerStart = { file, turn: turn.memory };
    const started = new Worker(script, { workerData, name: "storage" });
    let reason: string | undefined;
    started.on("message", receive);
    started.on("error", (error) => {
      reason = sentenceOf(error);
    });
    started.on("exit", (code) => {
      if (worker === started) ended(reason ?? `exit code ${code}`);
    });
    started.unref();
    return started;
  };

  worker = start();

  const ask: WorkerLink["ask"] = (service, takes, transfer = []) =>
    new Promise((resolve, reject) => {
      if (closing && service !== "close") throw new GatehouseError("internal", "the call log is closed");
      worker ??= start();
      const id = ++lastId;
      const message: ToWorker<typeof service> = { id, service, takes };
      worker.postMessage(message, [...transfer]);
      if (questions.size === 0) worker.ref();
      questions.set(id, { resolve, reject });
    });

  return {
    ask,
    async close() {
      const ending = worker;
      if (ending === undefined) return;
      closing = true;
      const exited = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      await ask("close", undefined).catch(() => undefined);
      ending.ref();
      await exited;
    },
  };
}
