// Cells of the shared memory.
const holder = 0;
const wanted = 1;
// Values of the holder cell.
const free = 0;
const main = 1;
const worker = 2;

/** The longest that the worker lets the main thread's claim stand before it writes all the same, in milliseconds. */
const patience = 250;

/**
 * Whose turn it is to write. SQLite would make the loser of a race for its lock sleep; with the turn the main thread
 * does other work instead, and goes before the worker as soon as the worker's short transaction is over.
 * SQLite's own lock still decides: a turn that is ignored costs time, never data.
 */
export interface MainTurn {
  readonly memory: SharedArrayBuffer;
  /** Takes the turn if it is free; otherwise the worker will leave it to the main thread next. */
  tryTake(): boolean;
  release(): void;
  /** Frees a turn that a worker which no longer exists may have held. */
  reset(): void;
}

/** The main thread's side of the turn; its memory is handed to the workers. */
export function createMainTurn(): MainTurn {
  const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const cells = new Int32Array(memory);
  const set = (cell: number, value: number): void => {
    Atomics.store(cells, cell, value);
    Atomics.notify(cells, cell);
  };
  return {
    memory,
    tryTake() {
      if (Atomics.compareExchange(cells, holder, free, main) === free) {
        if (Atomics.load(cells, wanted) !== 0) set(wanted, 0);
        return true;
      }
      Atomics.store(cells, wanted, 1);
      return false;
    },
    release: () => set(holder, free),
    reset: () => set(holder, free),
  };
}

/** Runs one short write of the worker in its turn. Blocks the worker's thread until the turn is free. */
export function workerTurn(memory: SharedArrayBuffer): <T>(write: () => T) => T {
  const cells = new Int32Array(memory);
  return (write) => {
    const limit = performance.now() + patience;
    while (Atomics.load(cells, wanted) !== 0 && performance.now() < limit) Atomics.wait(cells, wanted, 1, 10);
    while (Atomics.compareExchange(cells, holder, free, worker) !== free)
      Atomics.wait(cells, holder, main, 10);
    try {
      return write();
    } finally {
      Atomics.store(cells, holder, free);
    }
  };
}
