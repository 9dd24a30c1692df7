/** What people write instead, because other programs call it so. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  servers: "mcpServers",
  mcp: "mcpServers",
  mcp_servers: "mcpServers",
  context_servers: "mcpServers",
  serverurl: "url",
  httpurl: "url",
  environment: "env",
  timeout: "timeoutSeconds",
  workingdirectory: "cwd",
  cmd: "command",
  arguments: "args",
  hosts: "allowedHosts",
};

/** The allowed word that was most likely meant, or undefined when none is near. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const other = OTHER_NAMES[lower];
  if (other !== undefined && allowed.includes(other)) return other;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of allowed) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** " Did you mean …?" or "". */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** Levenshtein's distance, a swap of neighbours counting as one. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 4) return 5;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
