import { parentPort, workerData } from "node:worker_threads";
import { sentenceOf } from "../../shared/errors.ts";
import { openConnection } from "./database.ts";
import { openNames } from "./names.ts";
import { workerTurn } from "./turn.ts";
import { openCallReader } from "./worker/call-reader.ts";
import { openLargeStore } from "./worker/large-store.ts";
import { openMaintenance } from "./worker/maintenance.ts";
import type { FromWorker, ServiceName, Services, ToWorker, WorkerStart } from "./worker/messages.ts";

/** Milliseconds between looks at whether something was written. */
const maintenanceInterval = 5_000;

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
  maintain: async () => {
    maintain();
    return undefined;
  },
  close: async () => {
    clearInterval(timer);
    calls.stop();
    await Promise.allSettled(running);
    connection.close();
    return undefined;
  },
};

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
const timer = setInterval(maintain, maintenanceInterval);
port.on("message", (message: ToWorker) => void answer(message));
