/** What the whole process tree of a running server uses. */
export interface TreeUsage {
  readonly processes: number;
  /** CPU time that the tree has used since it was started, in milliseconds, as far as looks have seen it; never falls. */
  readonly cpuMs: number;
  /** Memory that its processes hold in RAM, in bytes; what two of them share is counted for both. */
  readonly residentBytes: number;
  /**
   * The part of it that no other process shares, in bytes: about what one more copy would need. Where the system does
   * not tell it cheaply (macOS), all of it.
   */
  readonly ownBytes: number;
}

/** The operating system's process table, as far as it concerns the servers that this hub runs. */
export interface ProcessMeter {
  /** How often a look is worth its price, in milliseconds: while somebody watches, and else. */
  readonly pace: { readonly watched: number; readonly unwatched: number };
  /**
   * One look at the table for all the given servers, each by its `Transport.pid`: the process with its group, its
   * descendants and every process that carries its mark. A pid that is no running server of this hub is left out.
   * Rejects when the system's own tool fails.
   */
  measure(roots: readonly number[]): Promise<ReadonlyMap<number, TreeUsage>>;
  /** Ends what it has started for looking. */
  close(): void;
}
