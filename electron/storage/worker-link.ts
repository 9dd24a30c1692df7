import { Worker } from "node:worker_threads";
import { type ErrorCode, GatehouseError, sentenceOf } from "../../shared/errors.ts";
import type { MainTurn } from "./turn.ts";
import type {
  AnyServices,
  FromWorker,
  Gives,
  ServiceOf,
  Takes,
  ToWorker,
  WorkerEvent,
  WorkerStart,
} from "./worker/messages.ts";

/** A worker of the storage as the main thread sees it. One that dies is started again at the next question. */
export interface WorkerLink<W extends AnyServices> {
  /** Asks for a service; rejects with GatehouseError internal when the worker fails or dies meanwhile. */
  ask<S extends ServiceOf<W>>(
    service: S,
    takes: Takes<W, S>,
    options?: {
      readonly transfer?: readonly ArrayBuffer[];
      readonly progress?: (done: number, of: number) => void;
    },
  ): Promise<Gives<W, S>>;
  /** Ends the worker in order; nothing may be asked afterwards. */
  close(): Promise<void>;
}

interface Options extends Omit<WorkerStart, "turn"> {
  readonly script: URL | string;
  readonly turn: MainTurn;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Started at the first question only. */
  readonly lazy?: boolean;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Called after it was started again, so that it can be told again what it must know. */
  readonly onRestarted?: () => void;
}

interface Question {
  readonly resolve: (gives: never) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((done: number, of: number) => void) | undefined;
}

/** A worker that died this often within a minute is left dead until the minute is over. */
const mostDeaths = 5;

/**
 * In megabytes. What a worker makes is garbage soon; without a limit each one's young generation grows to some 30 MB and
 * stays so. That for what lives is far beyond what is needed: it has V8 collect before garbage is several times as much.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 256 };

/**
 * Starts a worker and again when it dies. `ask` rejects with GatehouseError: the worker's own, or `internal` when it
 * ended, keeps failing or is closed.
 */
export function startWorker<W extends AnyServices>(options: Options): WorkerLink<W> {
  const { script, turn, log, onEvent, onRestarted, role, file, searchFile, readOnly } = options;
  const questions = new Map<number, Question>();
  const deaths: number[] = [];
  let worker: Worker | undefined;
  let lastId = 0;
  let closing = false;

  const ended = (reason: string): void => {
    worker = undefined;
    if (role === "store") turn.reset();
    if (!closing) {
      deaths.push(performance.now());
      log("error", `the storage's ${role} worker ended: ${reason}`);
    }
    for (const { reject } of questions.values())
      reject(new GatehouseError("internal", `the storage's ${role} worker ended: ${reason}`));
    questions.clear();
  };

  const receive = (message: FromWorker): void => {
    if ("level" in message) {
      log(message.level, message.message);
      return;
    }
    if ("event" in message) {
      onEvent?.(message);
      return;
    }
    const question = questions.get(message.id);
    if (question === undefined) return;
    if ("done" in message) {
      question.progress?.(message.done, message.of);
      return;
    }
    questions.delete(message.id);
    if (questions.size === 0) worker?.unref();
    if ("error" in message)
      question.reject(
        new GatehouseError((message.code ?? "internal") as ErrorCode, message.error, message.advice),
      );
    else question.resolve(message.gives as never);
  };

  const start = (): Worker => {
    while (deaths[0] !== undefined && performance.now() - deaths[0] > 60_000) deaths.shift();
    if (deaths.length >= mostDeaths)
      throw new GatehouseError(
        "internal",
        `the storage's ${role} worker keeps failing`,
        "See the hub's log for the reason, and restart the hub.",
      );
    const workerData: WorkerStart = { role, file, searchFile, readOnly, turn: turn.memory };
    const started = new Worker(script, { workerData, name: `storage ${role}`, resourceLimits });
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

  let started = options.lazy !== true;
  if (started) worker = start();

  const ask: WorkerLink<W>["ask"] = (service, takes, { transfer = [], progress } = {}) =>
    new Promise((resolve, reject) => {
      if (closing && service !== "close") throw new GatehouseError("internal", "the call log is closed");
      const again = worker === undefined && started;
      started = true;
      worker ??= start();
      const id = ++lastId;
      const message: ToWorker<W, typeof service> = { id, service, takes };
      worker.postMessage(message, [...transfer]);
      if (questions.size === 0) worker.ref();
      questions.set(id, { resolve, reject, progress });
      if (again) onRestarted?.();
    });

  return {
    ask,
    async close() {
      const ending = worker;
      if (ending === undefined) return;
      closing = true;
      const exited = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      await ask("close" as ServiceOf<W>, undefined as Takes<W, ServiceOf<W>>).catch(() => undefined);
      ending.ref();
      await exited;
    },
  };
}
