import { expect, test } from "vitest";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createExportJob, type MadeFile } from "./export-job.ts";

const NOW = Date.UTC(2026, 10, 22, 14, 3, 27);
const setUp = (piece: (before: number | undefined) => unknown) => {
  const connection = createFakeConnection({
    "calls.export": ({ before }: { before?: number }) => piece(before),
  });
  const saved: MadeFile[] = [];
  return {
    connection,
    saved,
    job: createExportJob(
      connection,
      (file) => saved.push(file),
      () => NOW,
    ),
  };
};
const textOf = ({ parts }: MadeFile): Promise<string> => new Blob([...parts]).text();

test("the pieces of an export are one file, in their order, with a name of its own", async () => {
  const { connection, saved, job } = setUp((before) =>
    before === undefined
      ? { text: "a\n", calls: 2, next: 8 }
      : before === 8
        ? { text: "", calls: 0, next: 5 }
        : { text: "é\n", calls: 1, next: null },
  );
  const seen: number[] = [];
  job.store.subscribe((state) => state.phase === "running" && seen.push(state.calls));
  await job.start({ server: "files" }, "jsonl");
  expect(saved.map(({ name, type }) => [name, type])).toEqual([
    ["gatehouse-calls-20261122-140327.jsonl", "application/jsonl"],
  ]);
  expect(await Promise.all(saved.map(textOf))).toEqual(["a\né\n"]);
  expect(seen).toEqual([0, 2, 2, 3]);
  expect(job.store.getState()).toMatchObject({ phase: "done", calls: 3 });
  expect(connection.calls.map(({ params }) => params)).toEqual([
    { filter: { server: "files" }, format: "jsonl" },
    { filter: { server: "files" }, format: "jsonl", before: 8 },
    { filter: { server: "files" }, format: "jsonl", before: 5 },
  ]);
});

test("an export of what a text finds tells at its end when the search did not reach all calls", async () => {
  const reached = async (searched: unknown) => {
    const { job } = setUp(() => ({ text: "a\n", calls: 1, next: null, searched }));
    await job.start({ search: "a" }, "jsonl");
    const state = job.store.getState();
    return state.phase === "done" ? state.reach : state.phase;
  };
  expect(await reached({ through: 9, of: 9 })).toBeNull();
  expect(await reached({ through: 4, of: 9 })).toContain("Only the newest 4 of 9 calls were searched");
});

test("a cancelled export asks for nothing more and saves nothing", async () => {
  let asked = 0;
  const { saved, job } = setUp(() => {
    asked += 1;
    if (asked === 3) job.cancel();
    return { text: "x", calls: 1, next: 9 };
  });
  await job.start({}, "csv");
  expect([asked, saved.length, job.store.getState().phase]).toEqual([3, 0, "idle"]);
});

test("an export that fails says why and saves nothing", async () => {
  const { saved, job } = setUp(() => {
    throw new Error("disk full");
  });
  await job.start({}, "har");
  expect(job.store.getState()).toMatchObject({ phase: "failed", failure: { message: "disk full" } });
  expect(saved).toEqual([]);
});
