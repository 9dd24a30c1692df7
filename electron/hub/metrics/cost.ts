import type { Config } from "../../../shared/model/config.ts";
import type { Cost } from "../../../shared/model/metrics.ts";
import type { Entry } from "../../core/catalog/entry.ts";
import type { MetricsStore } from "../ports/metrics.ts";

/** A server with what it lists; undefined while that was never learnt. One that is disabled is listed to nobody. */
interface Listed {
  readonly name: string;
  readonly config: { readonly enabled: boolean };
  readonly catalog: { readonly tools: readonly Pick<Entry, "key" | "raw">[] | undefined };
}

const DECODER = new TextDecoder();

/** What definitions and texts take in tokens, with the person's prices. */
export async function costOf(
  store: Pick<MetricsStore, "countTokens" | "usage">,
  servers: readonly Listed[],
  prices: Config["prices"],
  span: { readonly from: number; readonly to: number },
): Promise<Cost> {
  const listed = servers.flatMap(({ name, config, catalog }) =>
    (config.enabled ? (catalog.tools ?? []) : []).map(({ key, raw }) => ({
      server: name,
      tool: key,
      text: DECODER.decode(raw),
    })),
  );
  const [counts, usage] = await Promise.all([
    store.countTokens(listed.map(({ text }) => text)),
    store.usage(span),
  ]);
  const byServer = new Map<string, { tool: string; tokens: number }[]>();
  for (const [index, { server, tool }] of listed.entries()) {
    const tools = byServer.get(server) ?? [];
    tools.push({ tool, tokens: counts[index] ?? 0 });
    byServer.set(server, tools);
  }
  const definitions = [...byServer].map(([server, tools]) => ({
    server,
    tokens: tools.reduce((sum, { tokens }) => sum + tokens, 0),
    tools: tools.sort((a, b) => b.tokens - a.tokens),
  }));
  return {
    ...usage,
    definitions: definitions.sort((a, b) => b.tokens - a.tokens),
    prices: Object.entries(prices).map(([model, price]) => ({ model, ...price })),
  };
}
