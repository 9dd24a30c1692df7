import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { ConnectFigures } from "./connect.ts";
import type { Era, EraSample } from "./eras.ts";
import type { PayloadSample } from "./payloads.ts";
import { IN_FLIGHT, type Sample } from "./round.ts";
import { median } from "./stats.ts";

/** All rounds of one target in front of one upstream. */
export interface Series {
  readonly target: string;
  readonly upstream: string;
  readonly samples: readonly Sample[];
}

/** The medians over the rounds. */
export function medians({ samples }: Pick<Series, "samples">): Sample {
  const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
  return {
    coldStartMs: of("coldStartMs"),
    p50Ms: of("p50Ms"),
    callsPerSecond: of("callsPerSecond"),
    cpuUsPerCall: of("cpuUsPerCall"),
    listMs: of("listMs"),
    idleMb: of("idleMb"),
    loadedMb: of("loadedMb"),
  };
}

/** A ratio to the better rival, and the bar it has to keep to. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly bar: string;
  readonly kept: boolean;
}

/** Gatehouse against the better of the rivals in each respect, in front of one upstream. */
export function ratios(ours: Sample, rivals: readonly Sample[]): Ratio[] {
  const least = (key: keyof Sample): number => Math.min(...rivals.map((rival) => rival[key]));
  const most = (key: keyof Sample): number => Math.max(...rivals.map((rival) => rival[key]));
  const cpu = ours.cpuUsPerCall / least("cpuUsPerCall");
  const speed = ours.callsPerSecond / most("callsPerSecond");
  const p50 = ours.p50Ms / least("p50Ms");
  return [
    { name: "hub CPU a call", value: cpu, bar: "at most 0.3", kept: cpu <= 0.3 },
    { name: `calls a second, ${IN_FLIGHT} in flight`, value: speed, bar: "at least 3", kept: speed >= 3 },
    { name: "one caller's median", value: p50, bar: "at most 0.6", kept: p50 <= 0.6 },
  ];
}

export const shown = (value: number, digits: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : "–";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map(row).join("\n");
}

/** The table of one upstream. */
export function seriesTable(series: readonly Series[]): string {
  const head = [
    "",
    "p50 ms",
    `calls/s at ${IN_FLIGHT}`,
    "hub CPU µs a call",
    "tools/list p50 ms",
    "cold start ms",
    "RSS MB idle / loaded",
  ];
  return table(
    head,
    series.map((each) => {
      const found = medians(each);
      return [
        each.target,
        shown(found.p50Ms, 2),
        shown(found.callsPerSecond, 0),
        shown(found.cpuUsPerCall, 0),
        shown(found.listMs, 2),
        shown(found.coldStartMs, 0),
        `${shown(found.idleMb, 0)} / ${shown(found.loadedMb, 0)}`,
      ];
    }),
  );
}

/** The table of ratios; `what` says of what to what. */
export function ratioTable(found: readonly Ratio[], what = "Gatehouse ÷ better rival"): string {
  const rows = found.map(({ name, value, bar, kept }) => [
    name,
    shown(value, 2),
    bar,
    kept ? "yes" : "**no**",
  ]);
  return table([what, "ratio", "bar", "kept"], rows);
}

/** The table of what a call costs the hub by the eras of client and server. */
export function eraTable(samples: readonly EraSample[]): string {
  const of = (client: Era, server: Era): string =>
    shown(median(samples.map((sample) => sample[client][server])), 0);
  return table(
    ["hub CPU µs a call", "session era server", "stateless server"],
    [
      ["client with a session", of("session", "session"), of("session", "stateless")],
      ["stateless client", of("stateless", "session"), of("stateless", "stateless")],
    ],
  );
}

/** The table of large results. */
export function payloadTable(found: readonly PayloadSample[]): string {
  const head = [
    "result",
    "direct ms",
    "through Gatehouse ms",
    "1 KB call meanwhile, p50 ms",
    "slowest ms",
    "slowest to the same server ms",
  ];
  return table(
    head,
    found.map((each) => [
      `${each.megabytes} MB`,
      shown(each.directMs, 0),
      shown(each.gatehouseMs, 0),
      shown(each.otherP50Ms, 2),
      shown(each.otherMaxMs, 1),
      shown(each.sameServerMaxMs, 1),
    ]),
  );
}

/** When, on what and how it was measured. */
export function provenance(command: string): string {
  const memory = `${shown(totalmem() / 1e9, 0)} GB`;
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${memory}, ${process.platform} ${release()}`;
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}, Node ${process.versions.node}, with \`${command}\`.`;
}

/** What `gatehouse connect` costs, as a table. */
export function connectTable(figures: ConnectFigures): string {
  const over = figures.readyMb - figures.emptyMb;
  const row = (...cells: (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === "number" ? shown(cell, 1) : cell)).join(" | ")} |`;
  return [
    row("`gatehouse connect`", "median", "bar", "kept"),
    "| --- | ---: | ---: | ---: |",
    row("an empty script, MB", figures.emptyMb, "–", "–"),
    row("ready, MB", figures.readyMb, "–", "–"),
    row("ready, MB over the empty script", over, "at most 20", over <= 20 ? "yes" : "no"),
    row(`after 300 calls, MB`, figures.usedMb, "–", "–"),
    row(
      "from its start to the answer of initialize, ms",
      figures.readyMs,
      "under 1000",
      figures.readyMs < 1_000 ? "yes" : "no",
    ),
    row("a call's round trip, ms", shown(figures.callMs, 2), "–", "–"),
  ].join("\n");
}

/** A part of docs/performance.md that is measured. */
export type Section = "bench" | "eras" | "connect" | "history" | "soak" | "soak-sessions";

/** Replaces what stands between a part's two markers in docs/performance.md. */
export function writeReport(section: Section, text: string): void {
  const file = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
  const before = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${section}:begin -->`, `<!-- ${section}:end -->`];
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks the markers ${begin} and ${end}`);
  writeFileSync(file, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
}
