import type {
  MetricsDimension,
  MetricsFilter,
  MetricsLine,
  MetricsSum,
} from "../../../shared/model/metrics.ts";
import { duration } from "../../lib/format.ts";
import type { Route } from "../../lib/router.ts";
import { plainVisible } from "../../lib/visible-text.ts";

/** Microseconds, or a dash where there was no call. */
export const latency = (us: number | null): string => (us === null ? "–" : duration(us));

/** Calls that failed: what the charts call errors. */
export const failed = ({ toolErrors, errors, timeouts }: MetricsSum): number =>
  toolErrors + errors + timeouts;

/** A share as a percentage that never rounds something down to nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const share = (part / whole) * 100;
  return share < 0.1 ? "< 0.1 %" : `${share < 10 ? share.toFixed(1) : Math.round(share)} %`;
}

/** How a value has changed: "+34 %", "×3.2", "same", "new" where there was nothing before. */
export function change(now: number, before: number | null): string {
  if (before === null || before === 0) return now === 0 ? "same" : "new";
  const factor = now / before;
  if (Math.abs(factor - 1) < 0.02) return "same";
  if (factor >= 3) return `×${factor < 10 ? factor.toFixed(1) : Math.round(factor)}`;
  return `${factor > 1 ? "+" : "−"}${Math.max(1, Math.round(Math.abs(factor - 1) * 100))} %`;
}

const NOBODY: Record<MetricsDimension, string> = {
  server: "no server",
  tool: "unknown name",
  client: "anonymous",
  project: "no project",
};

/** A line's name, at most so long. */
export function lineName({ name, server }: MetricsLine, by: MetricsDimension, limit = 40): string {
  if (name === null) return NOBODY[by];
  const text = by === "project" && name.length > limit ? `…${name.slice(1 - limit)}` : name;
  return plainVisible(by === "tool" && server !== null ? `${server} / ${text}` : text, limit);
}

/** The span of a bucket in words of its width: "14:03", "Nov 22, 14:00", "Nov 22". */
export function widthWords(width: number): string {
  const minutes = width / 60_000;
  if (minutes < 60) return `${minutes} min`;
  const hours = minutes / 60;
  return hours < 24 ? `${hours} h` : `${hours / 24} d`;
}

/** Where the calls of a filter and a span of time are shown. */
export function callsRoute(filter: MetricsFilter, since: number, until: number): Route {
  const { server, tool, client, project } = filter;
  return {
    screen: "activity",
    ...(server === undefined ? {} : { server }),
    ...(tool === undefined ? {} : isMethod(tool) ? { method: tool } : { tool }),
    ...(client === undefined ? {} : { client }),
    ...(project === undefined ? {} : { project }),
    since,
    until,
  };
}

/** What is no tool call goes by its method in place of a tool: "resources/read". */
const isMethod = (tool: string): boolean =>
  /^(?:initialize|ping|(?:tools|resources|prompts|completion|logging|tasks|server|subscriptions|roots|notifications)\/[a-z_/]+)$/.test(
    tool,
  );
