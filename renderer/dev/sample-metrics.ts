// Development only: sums of calls that look like a working week, the same at each start.
import type {
  Cost,
  MetricsDimension,
  MetricsFilter,
  MetricsHeatmap,
  MetricsLine,
  MetricsSeries,
  MetricsSum,
  MetricsTop,
} from "../../shared/model/metrics.ts";

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly by?: MetricsDimension;
  readonly filter?: MetricsFilter;
}

const NAMES: Record<
  MetricsDimension,
  readonly (readonly [name: string | null, server: string | null, us: number])[]
> = {
  server: [
    ["everything", null, 3_400],
    ["github", null, 240_000],
    ["files", null, 900],
    ["browser", null, 1_900_000],
  ],
  tool: [
    ["search_code", "github", 410_000],
    ["read_file", "files", 640],
    ["echo", "everything", 1_200],
    ["navigate", "browser", 2_300_000],
    ["resources/read", "files", 720],
  ],
  client: [
    ["claude-code", null, 4_100],
    ["cursor", null, 9_800],
    [null, null, 2_300],
  ],
  project: [
    ["/home/ada/web", null, 5_100],
    [null, null, 2_900],
  ],
};

/** The same number between 0 and 1 for the same place. */
const noise = (at: number, salt: number): number => {
  const mixed = Math.sin(at * 12.9898 + salt * 78.233) * 43_758.5453;
  return mixed - Math.floor(mixed);
};

const sum = (calls: number, us: number): MetricsSum => ({
  calls,
  toolErrors: Math.round(calls * 0.021),
  errors: Math.round(calls * 0.008),
  denied: Math.round(calls * 0.006),
  cancelled: Math.round(calls * 0.004),
  timeouts: Math.round(calls * 0.002),
  p50: us,
  p95: Math.round(us * 6.2),
  p99: Math.round(us * 19.5),
  waited: Math.round(calls * 0.03),
  waitP50: 4_200_000,
  waitP95: 21_000_000,
});

function grid({ from, to }: Asked, most: number) {
  const width = [60_000, 120_000, 300_000, 3_600_000, 10_800_000, 28_800_000].find(
    (each) => (to - from) / each <= most,
  );
  const each = width ?? 28_800_000;
  const start = Math.floor(from / each) * each;
  return { from: start, to: Math.ceil(to / each) * each, width: each, count: Math.ceil((to - start) / each) };
}

function line(
  asked: Asked,
  name: string | null,
  server: string | null,
  us: number,
  salt: number,
): MetricsLine {
  const { count } = grid(asked, 300);
  const values = Array.from({ length: count }, (_, at) => {
    // All together are never quiet.
    const quiet = name !== null && noise(Math.floor(at / 7), salt + 1) < 0.12;
    const slow = noise(Math.floor(at / 5), salt) > 0.9 ? 5 : 1;
    const calls = quiet ? 0 : Math.round(12 + 60 * noise(at, salt + 2) * (1 + Math.sin(at / 9)));
    return { calls, us: us * slow * (0.7 + 0.8 * noise(at, salt + 3)) };
  });
  const pick = (factor: number): (number | null)[] =>
    values.map(({ calls, us: each }, at) =>
      calls === 0 ? null : each * factor * (0.8 + 0.5 * noise(at, factor)),
    );
  const calls = values.map((value) => value.calls);
  const waited = values.map((value, at) => (noise(at, salt + 4) > 0.7 ? Math.min(3, value.calls) : 0));
  return {
    name,
    server,
    total: sum(
      calls.reduce((total, each) => total + each, 0),
      us,
    ),
    calls,
    failed: calls.map((each, at) => Math.round(each * (noise(at, salt + 5) > 0.85 ? 0.25 : 0.02))),
    p50: pick(1),
    p95: pick(6),
    p99: pick(18),
    waited,
    waitP95: waited.map((each, at) => (each === 0 ? null : 2e6 + 2e7 * noise(at, 9))),
  };
}

const empty = (asked: Asked): MetricsLine => {
  const flat = line(asked, null, null, 1, 1);
  const none = flat.calls.map(() => null);
  const zero = flat.calls.map(() => 0);
  const total = { ...sum(0, 0), p50: null, p95: null, p99: null, waitP50: null, waitP95: null };
  return {
    ...flat,
    total,
    calls: zero,
    failed: zero,
    waited: zero,
    p50: none,
    p95: none,
    p99: none,
    waitP95: none,
  };
};

function series(asked: Asked, nothing: boolean): MetricsSeries {
  const { count: _, ...span } = grid(asked, 300);
  const all = nothing ? empty(asked) : line(asked, null, null, 3_900, 1);
  const named = asked.by === undefined || nothing ? [] : NAMES[asked.by];
  return {
    ...span,
    behind: 0,
    all,
    groups: named.map(([name, server, us], index) => line(asked, name, server, us, index + 2)),
    more: asked.by === "tool" && !nothing ? 7 : 0,
  };
}

const BANDS = [2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power)).concat(1e8);

function heatmap(asked: Asked, nothing: boolean): MetricsHeatmap {
  const { count, ...span } = grid(asked, 120);
  const counts = Array.from({ length: count }, (_, at) =>
    [...BANDS, 0].map((_end, band) => {
      const near = Math.exp(-((band - 4 - 2 * noise(Math.floor(at / 5), 1)) ** 2) / 3);
      const far = Math.exp(-((band - 11) ** 2) / 2) * 0.3;
      return nothing ? 0 : Math.floor(40 * (near + far) * noise(at, band));
    }),
  );
  return { ...span, behind: 0, bands: BANDS, counts };
}

function top(asked: Asked, nothing: boolean): MetricsTop {
  const { count: _, ...span } = grid(asked, 300);
  const tools = (nothing ? [] : NAMES.tool).map(([tool, server, us], index) => ({
    server,
    tool,
    now: sum(1_400 - index * 260, us),
    before: index === 4 ? null : sum(1_200 - index * 200, us * (index % 2 === 0 ? 0.74 : 1.3)),
  }));
  return {
    ...span,
    behind: 0,
    slowest: [...tools].sort((a, b) => (b.now.p95 ?? 0) - (a.now.p95 ?? 0)),
    failing: tools.slice(0, 4),
  };
}

function cost({ to }: Asked, nothing: boolean): Cost {
  const day = Math.floor(to / 86_400_000) * 86_400_000;
  const tools = (names: readonly string[], each: number) =>
    names.map((tool, index) => ({ tool, tokens: each * (names.length - index) }));
  const definitions = [
    {
      server: "github",
      tools: tools(["create_pull_request", "search_code", "list_issues", "get_file"], 310),
    },
    { server: "browser", tools: tools(["navigate", "click", "screenshot"], 220) },
    { server: "everything", tools: tools(["echo", "get-sum", "long-running"], 95) },
  ].map((server) => ({ ...server, tokens: server.tools.reduce((all, { tokens }) => all + tokens, 0) }));
  return {
    encoding: "cl100k_base",
    definitions: nothing ? [] : definitions,
    usage: nothing
      ? []
      : [0, 1, 2, 3].flatMap((ago) =>
          ["claude-code", "cursor"].map((client, index) => ({
            day: day - ago * 86_400_000,
            client,
            calls: 2_140 - ago * 310 - index * 700,
            argumentTokens: 182_000 - ago * 21_000 - index * 64_000,
            resultTokens: 1_930_000 - ago * 240_000 - index * 810_000,
          })),
        ),
    prices: [{ model: "sonnet", input: 3, currency: "USD" }],
  };
}

/** The answer of a method about sums; undefined for any other. */
export function sampleMetrics(method: string, params: unknown, nothing: boolean): unknown {
  const asked = params as Asked;
  switch (method) {
    case "metrics.series":
      return series(asked, nothing);
    case "metrics.heatmap":
      return heatmap(asked, nothing);
    case "metrics.top":
      return top(asked, nothing);
    case "metrics.cost":
      return cost(asked, nothing);
    default:
      return undefined;
  }
}
