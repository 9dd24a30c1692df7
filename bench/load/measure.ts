import { median, quantile } from "../stats.ts";
import type { Line } from "./caller.ts";

/** Sends `count` requests one after the other on one connection; the median and the 99th percentile, in milliseconds. */
export async function latency(
  line: Line,
  rest: string,
  expected: string,
  count: number,
): Promise<{ p50: number; p99: number }> {
  const caller = await line.connect();
  const samples: number[] = [];
  for (let call = 0; call < count; call += 1) {
    const begun = performance.now();
    const answer = await caller.send(rest);
    samples.push(performance.now() - begun);
    expectText(answer, expected);
  }
  caller.close();
  return { p50: median(samples), p99: quantile(samples, 0.99) };
}

/** Keeps `inFlight` requests under way, a connection each, for some milliseconds; how many were answered, and in how long. */
export async function throughput(
  line: Line,
  rest: string,
  expected: string,
  inFlight: number,
  milliseconds: number,
): Promise<{ calls: number; seconds: number }> {
  const callers = await Promise.all(Array.from({ length: inFlight }, () => line.connect()));
  const begun = performance.now();
  const end = begun + milliseconds;
  let calls = 0;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < end) {
        expectText(await caller.send(rest), expected);
        calls += 1;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const caller of callers) caller.close();
  return { calls, seconds };
}

function expectText(answer: string, expected: string): void {
  if (!answer.includes(expected)) throw new Error(`an answer lacks ${expected}: ${answer.slice(0, 500)}`);
}
