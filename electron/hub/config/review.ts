import { isDeepStrictEqual } from "node:util";
import type { Config, ServerConfig } from "../../../shared/model/config.ts";

const LOOSENESS = { deny: 0, hold: 0, ask: 1, allow: 2 } as const;

/**
 * What a hand edit changes that a person must confirm while a desktop is attached: what is run, and what loosens
 * rules, profiles, consent, access or listen. A line each, in words, without values of env and headers; [] when the
 * edit may be taken over at once. (A filesystem tool must not be able to rewrite its own permissions.)
 */
export function needsConfirmation(previous: Config, next: Config): string[] {
  return [
    ...serverLines(previous, next),
    ...listLines("rule", previous.rules, next.rules),
    ...listLines("limit", previous.limits, next.limits),
    ...profileLines(previous, next),
    ...(LOOSENESS[next.consent.default] > LOOSENESS[previous.consent.default]
      ? [`consent.default: ${previous.consent.default} → ${next.consent.default}`]
      : []),
    ...(LOOSENESS[next.consent.newTools] > LOOSENESS[previous.consent.newTools]
      ? [`consent.newTools: ${previous.consent.newTools} → ${next.consent.newTools}`]
      : []),
    ...(next.access.anonymous === "allow" && previous.access.anonymous === "deny"
      ? ["access.anonymous: deny → allow (requests without a token are taken)"]
      : []),
    ...(previous.secrets.store === next.secrets.store
      ? []
      : [`secrets.store: ${previous.secrets.store} → ${next.secrets.store}`]),
    ...recordingLines(previous, next),
    ...telemetryLines(previous.telemetry, next.telemetry),
    ...(isDeepStrictEqual(previous.listen, next.listen)
      ? []
      : [`listen: ${JSON.stringify(previous.listen)} → ${JSON.stringify(next.listen)}`]),
  ];
}

/** What leaves the machine, and where to. An end of it needs no yes. */
function telemetryLines(previous: Config["telemetry"], next: Config["telemetry"]): string[] {
  if (next.otlp === undefined) return [];
  const lines: string[] = [];
  if (previous.otlp !== next.otlp) lines.push(`telemetry of every call is sent to ${next.otlp}`);
  else if (!isDeepStrictEqual(previous.headers, next.headers))
    lines.push(`telemetry is sent with other headers: ${names(next.headers)}`);
  if (next.content && !(previous.content && previous.otlp !== undefined))
    lines.push("telemetry.content: arguments and results of every call are sent along");
  return lines;
}

function serverLines(previous: Config, next: Config): string[] {
  return Object.entries(next.mcpServers).flatMap(([name, server]) => {
    const before = Object.hasOwn(previous.mcpServers, name) ? previous.mcpServers[name] : undefined;
    if (before === undefined) return [`server ${name} is added and runs: ${launchText(server)}`];
    const lines: string[] = [];
    if (launchText(before) !== launchText(server))
      lines.push(`server ${name} now runs: ${launchText(server)}`);
    if (!isDeepStrictEqual(values(before), values(server)))
      lines.push(`server ${name} gets other values in its environment or headers`);
    if (!isDeepStrictEqual(authOf(before), authOf(server)))
      lines.push(`server ${name} is signed in to in another way`);
    if (!before.enabled && server.enabled) lines.push(`server ${name} is enabled`);
    return lines;
  });
}

/** What is written down of calls: who may change it may hide what was done, or show what was to be hidden. */
function recordingLines(previous: Config, next: Config): string[] {
  const lines: string[] = [];
  for (const key of ["payloads", "redact", "onFailure"] as const)
    if (!isDeepStrictEqual(previous.log[key], next.log[key]))
      lines.push(`log.${key}: ${JSON.stringify(previous.log[key])} → ${JSON.stringify(next.log[key])}`);
  for (const [name, server] of Object.entries(next.mcpServers)) {
    const before = Object.hasOwn(previous.mcpServers, name) ? previous.mcpServers[name]?.log : undefined;
    if (!isDeepStrictEqual(before, server.log))
      lines.push(`what is recorded of ${name}: ${JSON.stringify(server.log ?? "as of all")}`);
  }
  return lines;
}

function launchText(server: ServerConfig): string {
  if (server.type !== "stdio") return `${server.type} ${server.url} with headers ${names(server.headers)}`;
  const where = server.cwd === undefined ? "" : ` in ${server.cwd}`;
  return `${JSON.stringify([server.command, ...server.args])}${where} with environment ${names(server.env)}`;
}

const values = (server: ServerConfig): unknown => (server.type === "stdio" ? server.env : server.headers);
const authOf = (server: ServerConfig): unknown => (server.type === "stdio" ? undefined : server.auth);
const names = (record: Readonly<Record<string, string>>): string =>
  `{${Object.keys(record).sort().join(", ")}}`;

/** Any change of an ordered list of rules can loosen it: an entry less, an entry more, another order. */
function listLines(what: string, previous: readonly unknown[], next: readonly unknown[]): string[] {
  if (isDeepStrictEqual(previous, next)) return [];
  const before = previous.map((entry) => JSON.stringify(entry));
  const after = next.map((entry) => JSON.stringify(entry));
  const gone = before.filter((entry) => !after.includes(entry)).map((entry) => `${what} removed: ${entry}`);
  const come = after.filter((entry) => !before.includes(entry)).map((entry) => `${what} added: ${entry}`);
  return gone.length + come.length > 0 ? [...gone, ...come] : [`${what}s are put in another order`];
}

function profileLines(previous: Config, next: Config): string[] {
  const all = new Set([...Object.keys(previous.profiles), ...Object.keys(next.profiles)]);
  return [...all]
    .filter((name) => !isDeepStrictEqual(previous.profiles[name], next.profiles[name]))
    .map((name) => `profile ${name}: ${JSON.stringify(next.profiles[name] ?? "removed")}`);
}
