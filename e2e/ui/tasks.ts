import type { Browser, Page } from "playwright-core";

/** A look at the page from within, now and then: calls from outside would be tasks of their own. */
const WATCH = `
  window.watched = { elements: 0 };
  window.watched.timer = setInterval(() => {
    performance.mark("MARK");
    const { length } = document.getElementsByTagName("*");
    window.watched.elements = Math.max(window.watched.elements, length);
  }, 250);
`;

/** What a page's main thread did while it was watched. */
export interface TaskReport {
  /** Tasks seen on the page's main thread. */
  readonly tasks: number;
  /** The longest task's time on the CPU, in milliseconds: what it takes on a machine that has nothing else to do. */
  readonly longestCpuMs: number;
  /** What filled it: the names of its longest parts, with their milliseconds on the CPU. */
  readonly longest: string;
  /** The longest task by the clock, in milliseconds; on a shared machine it counts the time of others. */
  readonly longestWallMs: number;
  /** The most elements that the document has held. */
  readonly mostElements: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  /** Microseconds, by the clock and on the CPU. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const MARK = "gatehouse-watched-page";

/** Watches a page's main thread, by Chromium's own trace, while `run` does something. */
export async function watchTasks(
  browser: Browser,
  page: Page,
  run: () => Promise<void>,
): Promise<TaskReport> {
  await page.evaluate(WATCH.replace("MARK", MARK));
  await browser.startTracing(page, {
    categories: ["blink.user_timing", "devtools.timeline", "disabled-by-default-devtools.timeline", "v8"],
  });
  await run();
  const trace = await browser.stopTracing();
  const mostElements = await page.evaluate<number>(
    "clearInterval(window.watched.timer), window.watched.elements",
  );
  const { traceEvents } = JSON.parse(String(trace)) as { traceEvents: TraceEvent[] };
  // The mark tells which of the renderers' main threads is the page's.
  const mark = traceEvents.find((event) => event.name === MARK);
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => name === "RunTask" && ph === "X" && pid === mark?.pid && tid === mark.tid,
  );
  const most = (times: (number | undefined)[]): number =>
    times.reduce<number>((most, time = 0) => Math.max(most, time), 0) / 1_000;
  const longest = tasks.reduce<TraceEvent | undefined>(
    (found, task) => ((task.tdur ?? 0) > (found?.tdur ?? 0) ? task : found),
    undefined,
  );
  return {
    tasks: tasks.length,
    longestCpuMs: (longest?.tdur ?? 0) / 1_000,
    longest: longest === undefined ? "" : partsOf(longest, traceEvents),
    longestWallMs: most(tasks.map(({ dur }) => dur)),
    mostElements,
  };
}

function partsOf({ pid, tid, ts, dur = 0 }: TraceEvent, events: readonly TraceEvent[]): string {
  return events
    .filter(
      (event) =>
        event.pid === pid &&
        event.tid === tid &&
        event.ph === "X" &&
        event.name !== "RunTask" &&
        event.ts >= ts &&
        event.ts + (event.dur ?? 0) <= ts + dur,
    )
    .sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0))
    .slice(0, 6)
    .map(({ name, tdur = 0 }) => `${name} ${(tdur / 1_000).toFixed(1)}`)
    .join(", ");
}

/** The page's heap in bytes, after a full collection. */
export async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  // What is only weakly held goes with the second.
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
