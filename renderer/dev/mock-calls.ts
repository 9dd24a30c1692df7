import { GatehouseError } from "../../shared/errors.ts";
import type { CallCounts, CallDetail, CallFilter, CallSummary, Searched } from "../../shared/model/call.ts";
import type { Client } from "../../shared/model/client.ts";
import { type ExportFormat, type ExportPiece, FIXTURE_KIND } from "../../shared/model/export.ts";
import type { ServerSummary } from "../../shared/model/server.ts";
import { fitsFilter } from "../features/activity/filter/fits.ts";
import { sampleCall, sampleDetailOf } from "./sample-calls.ts";

/** Milliseconds between two calls of the past. */
const APART = 9_700;
const SPAN = 512;
const EXPORTED_AT_ONCE = 500;

interface MockCallsOptions {
  /** Calls in the past. */
  readonly count: number;
  readonly hostile: boolean;
  /** How far its index has come; undefined: to two fifths. */
  readonly indexed: () => Searched | undefined;
  readonly servers: () => readonly ServerSummary[];
  readonly clients: () => readonly Client[];
}

/** The sample call log, of any length: calls are made when they are asked for. */
export function createMockCalls({ count, hostile, indexed, servers, clients }: MockCallsOptions) {
  const begun = Date.now();
  let newest = count;
  const times = new Map<number, number>();
  /** Calls that somebody has made here. */
  const made = new Map<number, CallDetail>();
  const callOf = (id: number): CallSummary =>
    made.get(id) ?? sampleCall(id, times.get(id) ?? begun - (count - id) * APART, hostile);

  const labelled = (key: "environment" | "team", value: string | undefined, call: CallSummary): boolean =>
    value === undefined ||
    servers().some(({ name, labels }) => name === call.server && labels[key] === value) ||
    clients().some(({ name, labels }) => name === call.client && labels[key] === value);
  const holds = (text: string | undefined, call: CallSummary): boolean =>
    text === undefined ||
    JSON.stringify(sampleDetailOf(call, 20_000, hostile))
      .toLowerCase()
      .includes(text.toLowerCase());
  const testOf = (filter: CallFilter): ((call: CallSummary) => boolean) => {
    const fits = fitsFilter(filter);
    return (call) =>
      fits(call) &&
      labelled("environment", filter.environment, call) &&
      labelled("team", filter.team, call) &&
      holds(filter.search, call) &&
      (filter.error === undefined || (call.status !== "ok" && holds(filter.error, call)));
  };
  const isAll = (filter: CallFilter): boolean => Object.keys(filter).length === 0;
  const list = ({
    filter = {},
    limit = 50,
    before,
  }: {
    filter?: CallFilter;
    limit?: number;
    before?: number;
  }) => {
    const fits = testOf(filter);
    const found: CallSummary[] = [];
    for (let id = Math.min(newest, (before ?? newest + 1) - 1); id >= 1 && found.length <= limit; id -= 1) {
      const call = callOf(id);
      if (fits(call)) found.push(call);
    }
    const isSearch = (filter.search ?? filter.error) !== undefined;
    return {
      calls: found.slice(0, limit),
      more: found.length > limit,
      ...(isSearch ? { searched: indexed() ?? { through: Math.ceil(newest * 0.4), of: newest } } : {}),
    };
  };
  const get = ({ id, maxBytes = 1_048_576 }: { id: number; maxBytes?: number }) => {
    if (id < 1 || id > newest) throw new GatehouseError("not_found", `call ${id} is no longer in the log`);
    return made.get(id) ?? sampleDetailOf(callOf(id), maxBytes, hostile);
  };

  return {
    list,
    get,
    count({ filter = {} }: { filter?: CallFilter }): CallCounts {
      const counts = new Map<number, number>();
      const fits = testOf(filter);
      for (let range = Math.floor(newest / SPAN); range >= 0; range -= 1) {
        const from = Math.max(1, range * SPAN);
        const to = Math.min(newest, range * SPAN + SPAN - 1);
        let found = isAll(filter) ? to - from + 1 : 0;
        if (!isAll(filter)) for (let id = from; id <= to; id += 1) if (fits(callOf(id))) found += 1;
        if (found > 0) counts.set(range, found);
      }
      return { span: SPAN, ranges: [...counts.keys()], counts: [...counts.values()], newest };
    },
    /** As the hub's, but simpler: the real forms are tested with the hub. */
    async export(params: {
      filter?: CallFilter;
      format: ExportFormat;
      before?: number;
    }): Promise<ExportPiece> {
      // A hub has to read; who cancels gets the time for it.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { calls, more } = list({ ...params, limit: EXPORTED_AT_ONCE });
      const head = params.before === undefined && params.format === "csv" ? "id,server,tool,status\r\n" : "";
      const lines = calls.map((call) =>
        params.format === "csv"
          ? `${call.id},${call.server},${call.tool ?? ""},${call.status}\r\n`
          : `${JSON.stringify(get({ id: call.id }))}\n`,
      );
      return {
        text: head + lines.join(""),
        calls: calls.length,
        next: more ? (calls.at(-1)?.id ?? null) : null,
      };
    },
    fixture({ ids }: { ids: number[] }) {
      const found = ids.map((id) => get({ id }));
      const usable = found.filter(({ status }) => ["ok", "tool_error", "error"].includes(status));
      return {
        text: JSON.stringify({ kind: FIXTURE_KIND, calls: usable }),
        calls: usable.length,
        problems: found
          .filter((call) => !usable.includes(call))
          .map(
            ({ id, status }) =>
              `call ${id} is left out: it was ${status}, so there is no answer of the server`,
          ),
      };
    },
    newest: () => newest,
    /** Takes over a call that is the newest. */
    add(call: CallDetail): void {
      newest = call.id;
      made.set(call.id, call);
    },
    /** Records calls now; gives them, oldest first. */
    record(more: number): CallSummary[] {
      return Array.from({ length: more }, () => {
        newest += 1;
        times.set(newest, Date.now());
        return callOf(newest);
      });
    },
  };
}
