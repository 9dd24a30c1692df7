import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createMainTurn, workerTurn } from "./turn.ts";

test("the main thread is refused while the worker writes, and not before or after", () => {
  const turn = createMainTurn();
  const inTurn = workerTurn(turn.memory);
  expect(inTurn(() => turn.tryTake())).toBe(false);
  expect(turn.tryTake()).toBe(true);
  turn.release();
  expect(inTurn(() => 7)).toBe(7);
});

test("a failed write gives the turn back", () => {
  const turn = createMainTurn();
  const fail = (): never => {
    throw new Error("no");
  };
  expect(() => workerTurn(turn.memory)(fail)).toThrow("no");
  expect(turn.tryTake()).toBe(true);
});

test("a worker waits until the main thread has released the turn", async () => {
  const turn = createMainTurn();
  expect(turn.tryTake()).toBe(true);
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     import(workerData.module).then(({ workerTurn }) => {
       parentPort.postMessage("waiting");
       workerTurn(workerData.memory)(() => parentPort.postMessage("writes"));
     });`,
    { eval: true, workerData: { memory: turn.memory, module: new URL("./turn.ts", import.meta.url).href } },
  );
  const heard: string[] = [];
  worker.on("message", (message: string) => heard.push(message));
  await once(worker, "message");
  heard.push("released");
  turn.release();
  await once(worker, "exit");
  expect(heard).toEqual(["waiting", "released", "writes"]);
});
