import type { ProcessEntry } from "./process-system.ts";

/** Sends a POSIX signal to groups as a whole and to each process outside them. What is gone already is no error. */
export function signalEach(
  entries: readonly ProcessEntry[],
  groups: readonly number[],
  signal: "SIGTERM" | "SIGKILL",
  kill: (pid: number, signal: string) => void = (pid, name) => void process.kill(pid, name),
): void {
  const attempt = (pid: number): void => {
    try {
      kill(pid, signal);
    } catch {
      // ESRCH: gone. EPERM: a setuid program, which nobody but root may end.
    }
  };
  // Groups first: a group is reached at once, so that nothing in it can fork its way out between two signals.
  const reached = new Set(
    groups.filter((group) => group > 1 && entries.some((entry) => entry.pgid === group)),
  );
  for (const group of reached) attempt(-group);
  for (const entry of entries) {
    if (entry.pid > 1 && !(entry.pgid !== null && reached.has(entry.pgid))) attempt(entry.pid);
  }
}
