import type { Cost } from "../../../shared/model/metrics.ts";
import type { CallLog } from "../../hub/ports/storage.ts";
import type { RollupReader, TextBytes } from "../rollup-reader.ts";
import { argumentsText, type ModelText, resultText } from "./model-texts.ts";
import { ENCODING, type Tokens } from "./tokens.ts";

/** Latest calls of a tool that are looked into, and how much of each text. */
const SAMPLED_CALLS = 4;
const SAMPLED_BYTES = 8 * 1024;
/** The tools with the most bytes; the others are taken to be like these on average. */
const SAMPLED_TOOLS = 60;
/** How long what was found of a tool holds, in milliseconds. */
const HOLDS = 10 * 60_000;

/** Bytes looked into and their tokens. */
interface Density {
  readonly bytes: number;
  readonly tokens: number;
}
interface Densities {
  readonly argument: Density;
  readonly result: Density;
}

/**
 * What recorded texts take in tokens: their bytes, by how many tokens a model has of the latest payloads of the same
 * tool. Images, sound and blobs count as none: each model has its own price for them.
 */
export interface UsageReader {
  read(from: number, to: number): Promise<Pick<Cost, "encoding" | "usage">>;
}

/** Estimates what calls took in tokens, from sums and a sample of calls. */
export function createUsageReader(
  sums: Pick<RollupReader, "bytes">,
  calls: Pick<CallLog, "list" | "get">,
  tokens: Tokens,
): UsageReader {
  const found = new Map<string, { readonly at: number; readonly densities: Densities }>();

  const sample = async (server: string | null, tool: string): Promise<Densities> => {
    const filter = { tool, ...(server === null ? {} : { server }) };
    const latest = await calls.list(filter, SAMPLED_CALLS, undefined);
    const argument = { bytes: 0, tokens: 0 };
    const result = { bytes: 0, tokens: 0 };
    const add = async (density: typeof argument, read: ModelText | undefined): Promise<void> => {
      if (read === undefined) return;
      density.bytes += read.bytes;
      density.tokens += await tokens.count(read.text);
    };
    for (const { id } of latest.calls) {
      const call = await calls.get(id, SAMPLED_BYTES);
      const answer = call?.result ?? call?.error;
      await add(argument, call?.request ? argumentsText(call.request) : undefined);
      await add(result, answer ? resultText(answer) : undefined);
    }
    return { argument, result };
  };

  return {
    async read(from, to) {
      const rows = sums.bytes({ from, to });
      const largest = new Map<string, { server: string | null; tool: string; bytes: number }>();
      for (const { server, tool, requestBytes, resultBytes } of rows) {
        if (tool === null) continue;
        const key = keyOf(server, tool);
        const before = largest.get(key)?.bytes ?? 0;
        largest.set(key, { server, tool, bytes: before + requestBytes + resultBytes });
      }
      const sampled = [...largest].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, SAMPLED_TOOLS);
      for (const [key, { server, tool }] of sampled) {
        const known = found.get(key);
        if (known !== undefined && performance.now() - known.at < HOLDS) continue;
        found.set(key, { at: performance.now(), densities: await sample(server, tool) });
      }
      for (const key of found.keys()) if (!largest.has(key)) found.delete(key);
      return { encoding: ENCODING, usage: usageOf(rows, (key) => found.get(key)?.densities) };
    },
  };
}

const keyOf = (server: string | null, tool: string | null): string => JSON.stringify([server, tool]);

function usageOf(
  rows: readonly TextBytes[],
  densities: (key: string) => Densities | undefined,
): Cost["usage"] {
  const average = (part: keyof Densities): number => {
    const keys = new Set(rows.map(({ server, tool }) => keyOf(server, tool)));
    const all = [...keys].flatMap((key) => densities(key)?.[part] ?? []);
    const bytes = all.reduce((sum, density) => sum + density.bytes, 0);
    // English and JSON have about four bytes a token.
    return bytes === 0 ? 0.25 : all.reduce((sum, density) => sum + density.tokens, 0) / bytes;
  };
  const averages = { argument: average("argument"), result: average("result") };
  const perByte = (row: TextBytes, part: keyof Densities): number => {
    const density = densities(keyOf(row.server, row.tool))?.[part];
    return density === undefined || density.bytes === 0 ? averages[part] : density.tokens / density.bytes;
  };
  const days = new Map<string, Cost["usage"][number]>();
  for (const row of rows) {
    const key = JSON.stringify([row.day, row.client]);
    const before = days.get(key);
    days.set(key, {
      day: row.day,
      client: row.client,
      calls: (before?.calls ?? 0) + row.calls,
      argumentTokens: (before?.argumentTokens ?? 0) + row.requestBytes * perByte(row, "argument"),
      resultTokens: (before?.resultTokens ?? 0) + row.resultBytes * perByte(row, "result"),
    });
  }
  return [...days.values()]
    .map((day) => ({
      ...day,
      argumentTokens: Math.round(day.argumentTokens),
      resultTokens: Math.round(day.resultTokens),
    }))
    .sort((a, b) => b.day - a.day || b.resultTokens - a.resultTokens);
}
