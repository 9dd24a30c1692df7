import { parentPort, workerData } from "node:worker_threads";
import { sentenceOf } from "../../shared/errors.ts";
import { openConnection } from "./database.ts";
import { openNames } from "./names.ts";
import { openRollupReader } from "./rollup-reader.ts";
import { openRollups } from "./rollups.ts";
import { workerTurn } from "./turn.ts";
import { openCallReader } from "./worker/call-reader.ts";
import { checkDatabase } from "./worker/check.ts";
import { openLargeStore } from "./worker/large-store.ts";
import { openMaintenance } from "./worker/maintenance.ts";
import type { FromWorker, ServiceName, Services, ToWorker, WorkerStart } from "./worker/messages.ts";
import { createTokens } from "./worker/tokens.ts";
import { createUsageReader } from "./worker/usage.ts";

/** Milliseconds between looks at whether something was written. */
const maintenanceInterval = 5_000;
/** How long a question about sums waits for them to be brought up to date, in milliseconds. */
const sumUpFor = 50;
const thinningInterval = 3_600_000;

const port = parentPort;
if (port === null) throw new Error("this file is the storage worker of the hub and is not run by itself");
const { file, turn } = workerData as WorkerStart;

const send = (message: FromWorker): void => port.postMessage(message);
const connection = openConnection(file, 16_000);
const names = openNames(connection);
const inTurn = workerTurn(turn);
const calls = openCallReader(connection, names);
const large = openLargeStore(connection, names, inTurn);
const maintenance = openMaintenance(connection, inTurn);
const rollups = openRollups({ connection, names, inTurn, clock: Date.now });
const sums = openRollupReader(connection, names, Date.now);
const tokens = createTokens();
const usage = createUsageReader(sums, calls, tokens);
const running = new Set<Promise<unknown>>();

const maintain = (): void => {
  try {
    maintenance.run();
  } catch (error) {
    send({ level: "warn", message: `the call log could not be tidied: ${sentenceOf(error)}` });
  }
};

const services: { [S in ServiceName]: (takes: Services[S]["takes"]) => Promise<Services[S]["gives"]> } = {
  store: ({ row }) => large.store(row),
  list: ({ filter, limit, before }) => calls.list(filter, limit, before),
  get: ({ id, maxBytes }) => calls.get(id, maxBytes),
  metrics: async (asked) => {
    await rollups.catchUp(sumUpFor);
    return { ...answerMetrics(asked), behind: rollups.behind() };
  },
  usage: async ({ from, to }) => {
    await rollups.catchUp(sumUpFor);
    return usage.read(from, to);
  },
  countTokens: async ({ texts }) => {
    const counts: number[] = [];
    for (const text of texts) counts.push(await tokens.count(text));
    return counts;
  },
  maintain: async () => {
    maintain();
    return undefined;
  },
  check: async () => checkDatabase(connection),
  close: async () => {
    clearInterval(timer);
    clearInterval(thinning);
    calls.stop();
    rollups.stop();
    await Promise.allSettled(running);
    connection.close();
    return undefined;
  },
};

function answerMetrics(asked: Services["metrics"]["takes"]) {
  if (asked.ask === "series") return sums.series(asked.query);
  return asked.ask === "heatmap" ? sums.heatmap(asked.query) : sums.top(asked.query);
}

/** Work in the background that nobody waits for; `close` does. */
function background(what: string, work: Promise<unknown>): void {
  const done = work.catch((error: unknown) =>
    send({ level: "warn", message: `${what}: ${sentenceOf(error)}` }),
  );
  running.add(done);
  void done.then(() => running.delete(done));
}

const sumUp = (): void => background("calls could not be summed up", rollups.catchUp(maintenanceInterval));
const thin = (): void => background("old sums could not be thinned out", rollups.thin());

async function answer<S extends ServiceName>({ id, service, takes }: ToWorker<S>): Promise<void> {
  const work = services[service](takes);
  if (service !== "close") running.add(work);
  try {
    send({ id, gives: await work });
  } catch (error) {
    send({ id, error: sentenceOf(error) });
  } finally {
    running.delete(work);
    if (service === "close") port?.close();
  }
}

const orphans = large.removeOrphans();
if (orphans > 0)
  send({ level: "info", message: `removed ${orphans} unfinished large payloads of an earlier run` });
maintain();
sumUp();
thin();
const timer = setInterval(() => {
  maintain();
  sumUp();
}, maintenanceInterval);
const thinning = setInterval(thin, thinningInterval);
port.on("message", (message: ToWorker) => void answer(message));
