import type { MessagePort } from "node:worker_threads";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { isDamage } from "../damage.ts";
import type { FromWorker, Gives, ServiceOf, Takes, ToWorker } from "./messages.ts";

/** Tells how far a service has come. */
export type Progress = (done: number, of: number) => void;

/** A worker's services as functions. */
export type ServiceTable<W> = {
  [S in ServiceOf<W>]: (
    takes: Takes<W, S>,
    progress: Progress,
  ) => Promise<Gives<W, S> extends undefined ? void : Gives<W, S>>;
};

const unreadable = (error: unknown): GatehouseError =>
  new GatehouseError(
    "storage_unusable",
    `what was asked for lies on a damaged page: ${sentenceOf(error)}`,
    "See `gatehouse status`, which says what to do.",
  );

/** Answers what the main thread asks; `close` waits for what runs and is the last. */
export function serve<W>(port: MessagePort, services: ServiceTable<W>): void {
  const running = new Set<Promise<unknown>>();
  const send = (message: FromWorker): void => port.postMessage(message);

  const answer = async <S extends ServiceOf<W>>({ id, service, takes }: ToWorker<W, S>): Promise<void> => {
    const last = service === "close";
    let work: Promise<unknown> | undefined;
    try {
      work = services[service](takes, (done, of) => send({ id, done, of }));
      if (last) await Promise.allSettled(running);
      else running.add(work);
      send({ id, gives: await work });
    } catch (error) {
      const damaged = isDamage(error);
      if (damaged) send({ event: "damaged", message: sentenceOf(error) });
      const known = error instanceof GatehouseError ? error : damaged ? unreadable(error) : undefined;
      send({ id, error: sentenceOf(known ?? error), code: known?.code, advice: known?.advice });
    } finally {
      if (work !== undefined) running.delete(work);
      if (last) port.close();
    }
  };
  port.on("message", (message: ToWorker<W>) => void answer(message));
}
