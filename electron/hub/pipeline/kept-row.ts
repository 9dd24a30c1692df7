import type { Config, Payloads } from "../../../shared/model/config.ts";
import { compileGlob } from "../../core/policy/glob.ts";
import { chosenPartsRemover } from "../../core/redact/chosen-parts.ts";
import type { Redaction } from "../../core/redact/redaction.ts";
import type { CallRow } from "../ports/storage.ts";

/** What of a call is written to the log. The call itself always is: that it was made, by whom, and how it ended. */
export type KeepRow = (row: CallRow) => CallRow;

export interface KeepRowDeps {
  readonly config: () => Config;
  readonly redaction: Redaction;
}

/** What follows from one state of the configuration. */
interface Compiled {
  readonly config: Config;
  /** Undefined: everything of every call is kept as it is. */
  readonly keep: KeepRow | undefined;
}

/**
 * Live secrets out of what the client and the hub have said (what servers say has none left), then what `log` of the
 * configuration says. With neither, a row is kept as it is, at the cost of two comparisons.
 */
export function rowKeeper({ config, redaction }: KeepRowDeps): KeepRow {
  let compiled: Compiled | undefined;
  return (row) => {
    const current = config();
    if (compiled?.config !== current) compiled = { config: current, keep: keeperOf(current) };
    const clean = redaction.active ? withoutSecrets(row, redaction) : row;
    return compiled.keep === undefined ? clean : compiled.keep(clean);
  };
}

function withoutSecrets(row: CallRow, redaction: Redaction): CallRow {
  const request = row.request === null ? null : redaction.bytes(row.request);
  const result = row.result === null ? null : redaction.bytes(row.result);
  const error = row.error === null ? null : redaction.bytes(row.error);
  const tool = row.tool === null ? null : redaction.text(row.tool);
  return request === row.request && result === row.result && error === row.error && tool === row.tool
    ? row
    : { ...row, request, result, error, tool };
}

function keeperOf(config: Config): KeepRow | undefined {
  const { payloads, redact } = config.log;
  const own = new Map(
    Object.entries(config.mcpServers).flatMap(([name, { log }]) =>
      log === undefined ? [] : [[name, choiceOf(log, payloads)] as const],
    ),
  );
  const chooses = redact.fields.length > 0 || redact.patterns.length > 0;
  if (payloads === "full" && own.size === 0 && !chooses) return undefined;
  const remove = chooses ? chosenPartsRemover(redact) : undefined;
  return (row) => {
    const kept = (row.server === null ? undefined : own.get(row.server))?.(row.tool ?? "") ?? payloads;
    if (kept !== "full") return withoutPayloads(row, kept);
    if (remove === undefined) return row;
    const cleaned = (bytes: Uint8Array | null): Uint8Array | null => (bytes === null ? null : remove(bytes));
    return { ...row, request: cleaned(row.request), result: cleaned(row.result), error: cleaned(row.error) };
  };
}

/** What is kept of one server's calls, by the tool's own name. */
function choiceOf(
  log: NonNullable<Config["mcpServers"][string]["log"]>,
  otherwise: Payloads,
): (tool: string) => Payloads {
  const tools = Object.entries(log.tools).map(([glob, kept]) => ({ matches: compileGlob(glob), kept }));
  return (tool) => tools.find(({ matches }) => matches(tool))?.kept ?? log.payloads ?? otherwise;
}

function withoutPayloads(row: CallRow, kept: Exclude<Payloads, "full">): CallRow {
  const size = (part: "request" | "result" | "error"): number | null =>
    row[part]?.byteLength ?? row.sizes?.[part] ?? null;
  const sizes =
    kept === "off"
      ? { request: null, result: null, error: null }
      : { request: size("request"), result: size("result"), error: size("error") };
  return { ...row, request: null, result: null, error: null, sizes };
}
