import type { Status } from "../../../shared/contract.ts";
import type { Labels } from "../../../shared/model/client.ts";
import { SAVED_HOW } from "../../../shared/model/health.ts";
import type { ServerSummary } from "../../../shared/model/server.ts";
import { visible, visibleLines } from "../escape.ts";
import type { Paint } from "../io.ts";
import { type Cell, table } from "../table.ts";
import { relativeTime, span } from "../times.ts";
import type { Context } from "./context.ts";

/** `status`: the hub, its servers, its clients and what waits for an answer. */
export async function status(context: Context, options: { json?: true }): Promise<void> {
  const found = await context.hub("running", async (hub) => {
    const state = await hub.call("hub.status", {});
    const { configError } = await hub.call("settings.get", {});
    return { ...state, configError };
  });
  if (options.json) context.json(found);
  else context.io.out(statusText(context, found));
}

/** `server list`. */
export async function listServers(context: Context, options: { json?: true }): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("servers.list", {}));
  if (options.json) context.json(found);
  else context.io.out(serverTable(context, found.servers));
}

/** `ui`: an address with a one-time code. */
export async function printUiAddress(context: Context, options: { json?: true }): Promise<void> {
  const found = await context.hub("running", (hub) => hub.call("hub.uiCode", {}));
  if (options.json) context.json(found);
  else context.io.out(`${visible(found.url)}\n`);
}

function statusText(
  context: Context,
  { hub, servers, clients, pending, saved, configError }: Status & { configError: string | null },
): string {
  const { paint } = context;
  const now = context.io.now();
  const up = span(Math.max(0, Math.round((now - Date.parse(hub.startedAt)) / 1_000)));
  const marks = [
    ...(hub.paused ? [paint.yellow("paused: calls are refused")] : []),
    ...(hub.desktop ? ["desktop attached"] : []),
  ];
  const live = clients.filter((client) => client.revokedAt === null);
  return [
    `${paint.bold(`Gatehouse ${visible(hub.version)}`)}  ${visible(hub.url ?? "not listening")}  pid ${hub.pid}  up ${up}\n`,
    marks.length === 0 ? "" : `${marks.join("  ")}\n`,
    ...hub.problems.map(
      ({ message, advice }) =>
        `\n${paint.red(visible(message))}\n${advice === null ? "" : `${visible(advice)}\n`}`,
    ),
    configError === null
      ? ""
      : `\n${paint.red("gatehouse.json cannot be used; the last good one keeps running")}\n${visibleLines(configError)}\n`,
    `\n${serverTable(context, servers)}`,
    ...servers.flatMap(({ name, warnings }) =>
      warnings.map(({ message }) => `${paint.yellow("warning")}: ${visible(name)}: ${visible(message)}\n`),
    ),
    saved.processes === 0
      ? ""
      : `\nSharing saves ${saved.processes} ${saved.processes === 1 ? "process" : "processes"} and ${size(saved.memoryBytes)} now.\n${paint.dim(SAVED_HOW)}\n`,
    `\n${clientRows(context, live)}`,
    pending === 0 ? "" : `\n${paint.yellow(`${pending} waiting for an answer`)}: gatehouse pending\n`,
  ].join("");
}

function serverTable(context: Context, servers: readonly ServerSummary[]): string {
  if (servers.length === 0) return "No servers yet. Add one: gatehouse server add NAME -- COMMAND ARGS…\n";
  return table(
    ["SERVER", "STATE", "VIA", "TOOLS", "CPU", "MEMORY", "UP", "RESTARTS", "TODAY", "LABELS", "LAST ERROR"],
    servers.map((server) => [
      server.name,
      { text: server.state, paint: statePaint(context, server) },
      server.transport,
      number(server.tools),
      right(server.cpuPercent === null ? "-" : `${Math.round(server.cpuPercent)} %`),
      right(server.memoryBytes === null ? "-" : size(server.memoryBytes)),
      right(
        server.startedAt === null
          ? "-"
          : span(Math.max(0, Math.round((context.io.now() - Date.parse(server.startedAt)) / 1_000))),
      ),
      number(server.restarts),
      number(server.callsToday),
      labelText(server.labels),
      { text: server.lastError ?? "", paint: context.paint.dim },
    ]),
  );
}

const right = (text: string): Cell => ({ text, right: true });
const number = (value: number | null): Cell => right(value === null ? "?" : String(value));

/** Bytes in one unit: "850 KB", "64 MB", "1.2 GB". */
function size(bytes: number): string {
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} KB`;
  return bytes < 999_500_000
    ? `${Math.round(bytes / 1_000_000)} MB`
    : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

function statePaint({ paint }: Context, { state }: ServerSummary): Paint | undefined {
  if (state === "ready") return paint.green;
  if (state === "failed") return paint.red;
  if (state === "degraded" || state === "needs-auth") return paint.yellow;
  return paint.dim;
}

const labelText = ({ environment, team }: Labels): string =>
  [environment, team].filter((label) => label !== undefined).join(", ") || "-";

/** Clients as a table. */
export function clientRows(context: Context, clients: Status["clients"]): string {
  if (clients.length === 0) return "No clients yet. Add one: gatehouse client add NAME\n";
  const now = context.io.now();
  return table(
    ["CLIENT", "PROFILE", "LABELS", "SESSIONS", "LAST SEEN", "ADDED", ""],
    clients.map((client) => [
      client.name,
      client.profile ?? "-",
      labelText(client.labels),
      number(client.sessions),
      relativeTime(client.lastSeenAt, now),
      relativeTime(client.createdAt, now),
      client.revokedAt === null ? "" : { text: "revoked", paint: context.paint.red },
    ]),
  );
}
