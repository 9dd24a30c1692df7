import { List, ZoomIn } from "lucide-react";
import { type Ref, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { MetricsLine } from "../../../shared/model/metrics.ts";
import { count, plural, shortSpan, shortTime } from "../../lib/format.ts";
import { useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { type Brushed, Chart, type ChartLine, DASHES } from "../../ui/chart.tsx";
import { callsWithin } from "./brushing.ts";
import type { LatencyData, LatencyStore } from "./latency-store.ts";
import { callsRoute, failed, latency as inWords, lineName, percent, widthWords } from "./words.ts";

/** The colours of lines that are told apart; each has its own dashes and its name beside it too. */
const COLOURS = [
  "--accent",
  "--ok-mark",
  "--warn-mark",
  "--bad-mark",
  "--json-word",
  "--hub-mark",
  "--json-number",
  "--idle-mark",
];
const SYNC = "latency";

/** Latency, calls and waits over time. A span chosen in one, by dragging or keys, leads to its calls, or zooms in. */
export function Charts({
  latency,
  data: { series, heatmap },
  brushed,
  onBrush: setBrushed,
}: {
  readonly latency: LatencyStore;
  readonly data: LatencyData;
  readonly brushed: Brushed | null;
  readonly onBrush: (span: Brushed | null) => void;
}) {
  const { by, filter } = useStore(latency.store);
  const { router } = useServices();
  const [cursor, setCursor] = useState<number | null>(null);
  const { all, groups, more, from, width } = series;
  const at = useMemo(() => all.calls.map((_, bucket) => from + bucket * width), [all, from, width]);

  const speed = useMemo(
    (): ChartLine[] =>
      by === "" || groups.length === 0
        ? [
            { label: "p50", colour: "--accent", dash: 0, values: all.p50 },
            { label: "p95", colour: "--warn-mark", dash: 1, values: all.p95 },
            { label: "p99", colour: "--bad-mark", dash: 2, values: all.p99 },
          ]
        : groups.map((group, index) => ({
            label: lineName(group, by),
            colour: COLOURS[index % COLOURS.length] ?? "--accent",
            dash: index,
            values: group.p95,
          })),
    [all, groups, by],
  );
  const amount = useMemo(
    (): ChartLine[] => [
      { label: "Calls", colour: "--accent-line", dash: 0, values: all.calls, bars: true },
      { label: "Failed", colour: "--bad-mark", dash: 0, values: all.failed, bars: true },
    ],
    [all],
  );
  const waits = useMemo(
    (): ChartLine[] => [{ label: "p95 of waits", colour: "--warn-mark", dash: 1, values: all.waitP95 }],
    [all],
  );
  const value = (values: readonly (number | null)[] | undefined, total: number | null): number | null =>
    cursor === null ? total : (values?.[cursor] ?? null);
  const when = cursor === null || at[cursor] === undefined ? "whole span" : shortTime(at[cursor]);
  const seeCalls = useRef<HTMLButtonElement>(null);
  const [taken, setTaken] = useState(false);
  useEffect(() => {
    if (!taken) return;
    seeCalls.current?.focus();
    setTaken(false);
  }, [taken]);
  const putAway = (): void => {
    setBrushed(null);
    // The keyboard goes on where a span is chosen.
    document.querySelector<HTMLElement>("[data-testid=latency] [role=slider]")?.focus();
  };
  const everyChart = {
    at,
    width,
    sync: SYNC,
    brushed,
    onBrush: setBrushed,
    onTake: () => setTaken(true),
    onCursor: setCursor,
  };
  const heading = by === "" ? "Latency" : "Latency, 95th percentile";

  return (
    <>
      {brushed !== null && (
        <BrushedBar
          brushed={brushed}
          calls={callsWithin(brushed, series, heatmap)}
          first={seeCalls}
          onZoom={() => {
            latency.show({ fixed: brushed });
            putAway();
          }}
          onCalls={() => router.go(callsRoute(filter, brushed.from, brushed.to))}
          onClear={putAway}
        />
      )}
      <section aria-label={heading}>
        <Heading title={heading} hint={`without waiting for a person · ${when} · each ${widthWords(width)}`}>
          {speed.map((line, index) => (
            <Key
              key={line.label}
              line={line}
              value={inWords(value(line.values, totalOf(by === "" ? all : groups[index], line.label, by)))}
              onPick={
                by === "" || groups[index]?.name == null
                  ? undefined
                  : () =>
                      latency.show({ filter: { ...filter, ...narrowed(groups[index], by) }, by: next(by) })
              }
            />
          ))}
          {more > 0 && <span className="text-muted text-xs">and {count(more)} more, less busy</span>}
        </Heading>
        <Chart
          {...everyChart}
          label={`${heading}: p50 ${inWords(all.total.p50)}, p95 ${inWords(all.total.p95)}, p99 ${inWords(all.total.p99)} over ${plural(all.total.calls, "call")}`}
          lines={speed}
          height={240}
          format={inWords}
          logarithmic
        />
      </section>
      <section aria-label="Calls">
        <Heading title="Calls" hint={when}>
          <Key line={amount[0]} value={count(value(all.calls, all.total.calls) ?? 0)} />
          <Key
            line={amount[1]}
            value={`${count(value(all.failed, failed(all.total)) ?? 0)} (${percent(value(all.failed, failed(all.total)) ?? 0, value(all.calls, all.total.calls) ?? 0)})`}
          />
          <span className="tabular text-muted text-xs">
            {count(all.total.denied)} denied, {count(all.total.cancelled)} cancelled in the whole span
          </span>
        </Heading>
        <Chart
          {...everyChart}
          label={`Calls: ${count(all.total.calls)}, of which ${count(failed(all.total))} failed`}
          lines={amount}
          height={130}
          format={(value) => (Number.isInteger(value) ? count(value) : "")}
        />
      </section>
      {all.total.waited > 0 && (
        <section aria-label="Waiting for a person">
          <Heading title="Waiting for a person" hint={when}>
            <Key line={waits[0]} value={inWords(value(all.waitP95, all.total.waitP95))} />
            <span className="tabular text-muted text-xs">
              {plural(value(all.waited, all.total.waited) ?? 0, "call")} waited
            </span>
          </Heading>
          <Chart
            {...everyChart}
            label={`Waiting for a person: ${plural(all.total.waited, "call")}, median ${inWords(all.total.waitP50)}, p95 ${inWords(all.total.waitP95)}`}
            lines={waits}
            height={110}
            format={inWords}
            logarithmic
          />
        </section>
      )}
    </>
  );
}

function totalOf(line: MetricsLine | undefined, label: string, by: string): number | null {
  if (line === undefined) return null;
  if (by !== "") return line.total.p95;
  return label === "p50" ? line.total.p50 : label === "p95" ? line.total.p95 : line.total.p99;
}

/** The filter that leaves one line of a chart, and what is worth telling apart then. */
function narrowed(line: MetricsLine | undefined, by: string): Record<string, string> {
  if (line?.name == null) return {};
  return { [by]: line.name, ...(line.server === null ? {} : { server: line.server }) };
}
const next = (by: string): "tool" | "" =>
  by === "server" || by === "client" || by === "project" ? "tool" : "";

function Heading({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div className="mb-1.5 flex flex-wrap items-baseline gap-x-4 gap-y-1">
      <h2 className="font-semibold text-base">{title}</h2>
      <span className="tabular mr-auto text-muted text-xs">{hint}</span>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">{children}</div>
    </div>
  );
}

/** A line's sample, name and value. */
function Key({
  line,
  value,
  onPick,
}: {
  readonly line: ChartLine | undefined;
  readonly value: string;
  readonly onPick?: (() => void) | undefined;
}) {
  if (line === undefined) return null;
  const content = (
    <>
      <svg aria-hidden width="22" height="10" className="shrink-0">
        {line.bars === true ? (
          <rect x="6" y="0" width="10" height="10" rx="2" fill={`var(${line.colour})`} />
        ) : (
          <line
            x1="0"
            x2="22"
            y1="5"
            y2="5"
            stroke={`var(${line.colour})`}
            strokeWidth="2"
            strokeDasharray={(DASHES[line.dash % DASHES.length] ?? []).join(" ")}
          />
        )}
      </svg>
      <span className="max-w-52 truncate text-muted">{line.label}</span>
      <span className="tabular min-w-14 font-medium">{value}</span>
    </>
  );
  const look = "inline-flex items-center gap-1.5 text-xs";
  return onPick === undefined ? (
    <span className={look}>{content}</span>
  ) : (
    <button
      type="button"
      title="Show only this"
      onClick={onPick}
      className={`${look} rounded-sm hover:bg-hover`}
    >
      {content}
    </button>
  );
}

/** What was chosen, and what can be done with it. */
function BrushedBar({
  brushed,
  calls,
  first,
  onZoom,
  onCalls,
  onClear,
}: {
  readonly brushed: Brushed;
  readonly first: Ref<HTMLButtonElement>;
  readonly calls: number;
  readonly onZoom: () => void;
  readonly onCalls: () => void;
  readonly onClear: () => void;
}) {
  return (
    // It lies over the charts, so that nothing moves under the pointer.
    <div className="sticky top-3 z-10 -mb-6 flex h-0 justify-center">
      <div
        data-testid="brushed"
        className="anim-rise flex h-10 shrink-0 items-center gap-2 rounded-lg bg-raised pr-2 pl-3.5 shadow-pop"
      >
        <span role="status" className="tabular mr-2 text-sm">
          {shortSpan(brushed.from, brushed.to)}
        </span>
        <Button ref={first} size="sm" variant="primary" icon={<List size={13} />} onClick={onCalls}>
          See {plural(calls, "call")}
        </Button>
        <Button size="sm" icon={<ZoomIn size={13} />} onClick={onZoom}>
          Zoom in
        </Button>
        <Button size="sm" variant="ghost" onClick={onClear}>
          Clear
        </Button>
      </div>
    </div>
  );
}
