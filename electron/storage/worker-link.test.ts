import { afterEach, expect, test } from "vitest";
import { createMainTurn } from "./turn.ts";
import type { StoreServices } from "./worker/messages.ts";
import { startWorker, type WorkerLink } from "./worker-link.ts";

let link: WorkerLink<StoreServices> | undefined;
const messages: string[] = [];
afterEach(async () => {
  await link?.close();
  messages.length = 0;
});

/** A worker that answers `get`, dies of `list`, takes the write turn and dies of `store`, and ends at `close`. */
const script = `data:text/javascript,${encodeURIComponent(`
  import { parentPort, workerData } from "node:worker_threads";
  parentPort.on("message", ({ id, service }) => {
    if (service === "get") parentPort.postMessage({ id, gives: undefined });
    if (service === "list") throw new Error("out of luck");
    if (service === "store") { Atomics.store(new Int32Array(workerData.turn), 0, 2); process.exit(3); }
    if (service === "close") { parentPort.postMessage({ id, gives: undefined }); parentPort.close(); }
  });
`)}`;

const start = (turn = createMainTurn(), at: URL | string = new URL(script)): WorkerLink<StoreServices> => {
  link = startWorker<StoreServices>({
    role: "store",
    file: "",
    searchFile: "",
    readOnly: false,
    script: at,
    turn,
    log: (_, message) => messages.push(message),
  });
  return link;
};
const get = { id: 1, maxBytes: 1 };
const list = { filter: {}, limit: 1, before: undefined };

test("a worker that dies fails what it was asked, and is started again at the next question", async () => {
  const worker = start();
  const both = [worker.ask("list", list), worker.ask("get", get)];
  for (const asked of both)
    await expect(asked).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("out of luck"),
    });
  expect(await worker.ask("get", get)).toBeUndefined();
  expect(messages).toEqual(["the storage's store worker ended: out of luck"]);
});

test("a turn that the worker held when it died is free again", async () => {
  const turn = createMainTurn();
  const row = {} as never;
  await expect(start(turn).ask("store", { row })).rejects.toThrow("exit code 3");
  expect(turn.tryTake()).toBe(true);
});

test("a worker that keeps dying is not started for ever", async () => {
  const worker = start(createMainTurn(), new URL("./no-such-worker.ts", import.meta.url));
  for (let i = 0; i < 5; i++) await expect(worker.ask("get", get)).rejects.toThrow("no-such-worker");
  await expect(worker.ask("get", get)).rejects.toThrow("keeps failing");
  expect(messages).toHaveLength(5);
});

test("nothing is asked after closing", async () => {
  const worker = start();
  await worker.close();
  await expect(worker.ask("get", get)).rejects.toThrow("closed");
  expect(messages).toEqual([]);
});
