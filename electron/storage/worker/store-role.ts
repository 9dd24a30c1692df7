import type { MessagePort } from "node:worker_threads";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { isDamage, prepareEnds, readAround } from "../damage.ts";
import { openConnection } from "../database.ts";
import { backUp } from "../history/backup.ts";
import { openChain } from "../history/chain.ts";
import { openRetention } from "../history/retention.ts";
import { verifyChain } from "../history/verify.ts";
import { openNames } from "../names.ts";
import { openRollupReader } from "../rollup-reader.ts";
import { openRollups } from "../rollups.ts";
import { workerTurn } from "../turn.ts";
import { createBackground } from "./background.ts";
import { openCallReader } from "./call-reader.ts";
import { openLargeStore } from "./large-store.ts";
import { openMaintenance } from "./maintenance.ts";
import type { FromWorker, StoreServices, Takes, WorkerStart } from "./messages.ts";
import { serve } from "./serve.ts";
import { createTokens } from "./tokens.ts";
import { createUsageReader } from "./usage.ts";

/** Milliseconds between looks at whether something was written, and between looks for calls that are too old. */
const maintenanceInterval = 5_000;
const retentionInterval = 60_000;
/** How long a question about sums waits for them to be brought up to date, in milliseconds. */
const sumUpFor = 50;
const thinningInterval = 3_600_000;
/** Milliseconds for which the calls recorded last are chained before a check and at the end, and for which in one go. */
const chainFor = 3_000;
const turnMs = 8;

/** The worker of large payloads, of lists, and of the database's upkeep: blocks, checkpoints, chain, retention. */
export function runStore({ file, turn, readOnly }: WorkerStart, port: MessagePort): void {
  const send = (message: FromWorker): void => port.postMessage(message);
  const connection = openConnection(file, 4_000, { readOnly, existing: true });
  const around = readAround((message) => send({ event: "damaged", message }));
  const names = openNames(connection, around);
  const inTurn = workerTurn(turn);
  const calls = openCallReader(connection, names, around);
  const large = openLargeStore(connection, names, inTurn, around);
  const maintenance = openMaintenance(connection, inTurn, around);
  const chain = openChain(connection, inTurn, around, readOnly);
  const rollups = openRollups({ connection, names, inTurn, clock: Date.now });
  const sums = openRollupReader(connection, names, Date.now);
  const tokens = createTokens();
  const usage = createUsageReader(sums, calls, tokens);
  const retention = openRetention({
    connection,
    names,
    chain,
    // Calls that are not in the sums yet would be missing there for ever.
    summedUp: rollups.mark,
    inTurn,
    removePieces: large.removePieces,
  });
  const ends = prepareEnds(connection, around);
  let retentionDue = false;
  let toldRemoved = 0;
  let stopped = false;

  const failed =
    (what: string) =>
    (error: unknown): void => {
      if (isDamage(error)) send({ event: "damaged", message: sentenceOf(error) });
      send({ level: "warn", message: `${what}: ${sentenceOf(error)}` });
    };
  /** Chains what was recorded last; true: there is more. A chain that was tampered with may take nothing in. */
  const chained = (milliseconds: number): boolean => {
    if (readOnly) return false;
    try {
      return chain.run(milliseconds);
    } catch (error) {
      failed("the last calls could not be chained")(error);
      return false;
    }
  };
  const maintain = (): void => {
    if (readOnly) return;
    try {
      if (maintenance.run()) setImmediate(() => !stopped && maintain());
    } catch (error) {
      failed("the call log could not be tidied")(error);
    }
  };

  const background = createBackground({
    newest: () => ends.newest() ?? 0,
    async work(milliseconds) {
      const chaining = chain.run(milliseconds);
      if (chaining || !retentionDue) return chaining;
      // Calls that are not in the sums stay: without this they would, until it is looked again.
      await rollups.catchUp(sumUpFor);
      const more = retention.run(Date.now(), milliseconds);
      retentionDue = more;
      const removed = retention.removed();
      if (!more && removed > toldRemoved) {
        send({ event: "removed", calls: removed });
        send({ level: "info", message: `${removed - toldRemoved} calls were removed as \`log\` says` });
        toldRemoved = removed;
      }
      return more;
    },
    failed: failed("the call history could not be kept up"),
  });
  const wake = (): void => {
    if (!readOnly) background.wake();
  };
  const lookForOld = (): void => {
    retentionDue = true;
    wake();
  };
  const answerMetrics = (asked: Takes<StoreServices, "metrics">) => {
    if (asked.ask === "series") return sums.series(asked.query);
    return asked.ask === "heatmap" ? sums.heatmap(asked.query) : sums.top(asked.query);
  };
  /** Work in the background that nobody waits for; `close` does. */
  const unawaited = new Set<Promise<unknown>>();
  const inBackground = (what: string, work: () => Promise<unknown>): void => {
    if (readOnly) return;
    const done = work().catch(failed(what));
    unawaited.add(done);
    void done.then(() => unawaited.delete(done));
  };
  const sumUp = (): void =>
    inBackground("calls could not be summed up", () => rollups.catchUp(maintenanceInterval));
  const thin = (): void => inBackground("old sums could not be thinned out", () => rollups.thin());
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (stopped) throw new GatehouseError("internal", "the call log is closing");
  };

  serve<StoreServices>(port, {
    store: ({ row }) => large.store(row),
    list: ({ filter, limit, before }) => calls.list(filter, limit, before),
    count: ({ filter }) => calls.count(filter),
    get: ({ id, maxBytes }) => calls.get(id, maxBytes),
    async metrics(asked) {
      if (!readOnly) await rollups.catchUp(sumUpFor);
      return { ...answerMetrics(asked), behind: rollups.behind() };
    },
    async usage({ from, to }) {
      if (!readOnly) await rollups.catchUp(sumUpFor);
      return usage.read(from, to);
    },
    async countTokens({ texts }) {
      const counts: number[] = [];
      for (const text of texts) counts.push(await tokens.count(text));
      return counts;
    },
    maintain: async () => maintain(),
    written: async () => wake(),
    async chainKeys({ keys, when }) {
      const source = chain.takeKeys(keys, readOnly ? "fits" : when);
      // Nothing is removed without the key.
      lookForOld();
      return source;
    },
    chainState: async () => chain.state(),
    async retention(rules) {
      retention.setRules(rules);
      lookForOld();
    },
    async verify(_, progress) {
      // What was recorded last is checked too, if it is quickly chained.
      const until = performance.now() + chainFor;
      while (chained(turnMs) && performance.now() < until) await pause();
      return verifyChain({ connection, chain, progress, pause, around });
    },
    backup: ({ file: target }, progress) => backUp(connection, target, progress),
    async close() {
      stopped = true;
      clearInterval(maintaining);
      clearInterval(retaining);
      clearInterval(thinning);
      calls.stop();
      rollups.stop();
      await Promise.all([background.stop(), ...unawaited]);
      // What was committed last is chained too, if that is quickly done.
      chained(chainFor);
      port.once("close", () => connection.close());
      return undefined;
    },
  });

  if (!readOnly) {
    const orphans = around(large.removeOrphans, () => 0);
    if (orphans > 0)
      send({ level: "info", message: `removed ${orphans} unfinished large payloads of an earlier run` });
  }
  maintain();
  sumUp();
  thin();
  const maintaining = setInterval(() => {
    maintain();
    sumUp();
  }, maintenanceInterval);
  const thinning = setInterval(thin, thinningInterval);
  const retaining = setInterval(lookForOld, retentionInterval);
}
