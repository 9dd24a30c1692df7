import { type LogFilter, type LogLine, logMatcher } from "../../shared/model/server.ts";
import { HOSTILE } from "./sample-hostile.ts";

/** Ten minutes of a server's log, and hostile lines where wanted. */
function sampleLog(hostile: boolean): LogLine[] {
  const lines: LogLine[] = [];
  const now = Date.now() - 400_000;
  lines.push({
    at: now,
    stream: "hub",
    text: "Started: npx -y @modelcontextprotocol/server-everything (pid 48213)",
  });
  for (let index = 0; index < 240; index += 1)
    lines.push({
      at: now + index * 1_531,
      ...(index % 23 === 11
        ? {
            stream: "log" as const,
            level: (["info", "warning", "error"] as const)[Math.floor(index / 23) % 3] ?? "info",
            logger: "documents",
          }
        : { stream: index % 41 === 7 ? ("stdout" as const) : ("stderr" as const) }),
      text:
        index % 41 === 7
          ? "listening… (this line is not JSON-RPC)"
          : index % 17 === 3
            ? `[warn] slow query: SELECT * FROM documents WHERE path LIKE '/home/ada/%' ORDER BY updated_at DESC LIMIT 500 — took ${index * 3} ms, consider an index on (path, updated_at)`
            : `[info] request ${index} handled in ${(index % 9) + 1} ms`,
    });
  if (hostile) for (const value of HOSTILE) lines.push({ at: Date.now(), stream: "stderr", text: value });
  return lines;
}

/** What `servers.log` is asked with. */
export type LogQuery = LogFilter & { limit: number; before?: string };

/** The newest lines that fit; an older page is there to be asked for as long as nothing is searched. */
export function sampleLogPage({ limit, before, ...filter }: LogQuery, hostile: boolean) {
  const lines = sampleLog(hostile).filter(logMatcher(filter));
  const isWhole =
    filter.search !== undefined || filter.level !== undefined || before !== undefined || hostile;
  return { lines: lines.slice(-limit), before: isWhole ? null : "1.1" };
}
