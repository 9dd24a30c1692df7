const MAX_LAST_LINE = 300;

/** Why a server's process is gone, in one sentence for a person. Times in milliseconds. */
export function endSentence(end: {
  exitCode: number | null;
  signal: string | null;
  livedMs: number;
  stderrTail: readonly string[];
  /** What the server did before, when that is why it was ended: "closed its stdout". */
  because: string | undefined;
}): string {
  const { exitCode, signal, livedMs, stderrTail, because } = end;
  const how =
    because !== undefined
      ? `${because} and was therefore ended`
      : signal !== null
        ? `was ended by ${signal}`
        : `exited with code ${exitCode ?? "unknown"}`;
  const last = stderrTail.at(-1)?.trim();
  const words = last ? `: ${last.length > MAX_LAST_LINE ? `${last.slice(0, MAX_LAST_LINE)}…` : last}` : "";
  return `The server ${how}, ${duration(livedMs)} after its start${words}`;
}

function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds < 120_000) return `${Math.round(milliseconds / 1_000)} s`;
  if (milliseconds < 7_200_000) return `${Math.round(milliseconds / 60_000)} min`;
  return `${Math.round(milliseconds / 3_600_000)} h`;
}
