/** The operating system's process table, as far as it concerns the servers that this hub runs. */
export interface ProcessTable {
  /**
   * The living processes of running servers, by one look at the table for all of them: each given pid (`Transport.pid`)
   * with its group, its descendants and every process that carries its mark, in no order. A pid that is no running
   * server of this hub is left out of the answer. Costs some 20 µs a process of the machine on Linux, one `ps` on macOS
   * and one PowerShell (a second of work) on Windows. Rejects when the system's own tool fails.
   */
  trees(roots: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
}
