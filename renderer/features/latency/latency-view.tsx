import { ChartSpline, Table2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import type { MetricsDimension, MetricsFilter } from "../../../shared/model/metrics.ts";
import { focusScreen } from "../../lib/focus-back.ts";
import { count, shortTime } from "../../lib/format.ts";
import type { LatencySpot, Route } from "../../lib/router.ts";
import { type Services, useHub, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import type { Brushed } from "../../ui/chart.tsx";
import { Chip } from "../../ui/chip.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Segmented, Select } from "../../ui/field.tsx";
import { NotRecording } from "../../ui/not-recording.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";
import { Charts } from "./charts.tsx";
import { CostView } from "./cost-view.tsx";
import { Heatmap } from "./heatmap.tsx";
import { createLatencyStore, type LatencyStore, SPANS, type Span } from "./latency-store.ts";
import { NumbersTable } from "./numbers-table.tsx";
import { isSameSpot, sightOf, spotFor } from "./spot.ts";
import { ToolTables } from "./tool-tables.tsx";

const SPAN_OPTIONS = Object.keys(SPANS).map((value) => ({ value, label: value }));
const BY_OPTIONS = [
  { value: "", label: "All together" },
  { value: "server", label: "By server" },
  { value: "tool", label: "By tool" },
  { value: "client", label: "By client" },
  { value: "project", label: "By project" },
];

/** The Latency screen: how long calls take and how they end over time, and what their texts cost in tokens. */
export default function LatencyView({ route }: { readonly route: LatencyRoute }) {
  const { part } = route;
  const { connection, router, ui } = useServices();
  const [store, setStore] = useState<LatencyStore | null>(null);
  const shown = useRef(route);
  shown.current = route;
  useEffect(() => {
    const created = createLatencyStore(connection, { sight: sightOf(spotOf(shown.current, ui)) });
    // What is chosen is gone to, so that going back, a reload and a link know it.
    setStore({
      ...created,
      show: (sight) =>
        router.go({ screen: "latency", ...spotFor({ ...created.store.getState(), ...sight }) }),
    });
    const follow = (to: Route): void => {
      if (to.screen !== "latency" || to.part !== undefined) return;
      const spot = spotOf(to, ui);
      if (to.span === undefined) router.note({ screen: "latency", ...spot });
      ui.setState({ latency: spot });
      if (!isSameSpot(spot, spotFor(created.store.getState()))) created.show(sightOf(spot));
    };
    follow(shown.current);
    const stop = router.store.subscribe(follow);
    return () => {
      stop();
      created.dispose();
    };
  }, [connection, router, ui]);
  return (
    <Screen title="Latency" actions={part === undefined && store !== null && <Controls latency={store} />}>
      <NotRecording />
      <Tabs
        label="Latency and cost"
        value={part ?? "charts"}
        onValue={(id) =>
          router.go(id === "cost" ? { screen: "latency", part: "cost" } : { screen: "latency" })
        }
        tabs={[
          { id: "charts", label: "Charts" },
          { id: "cost", label: "Cost" },
        ]}
      >
        <TabPanel id="charts" className="relative overflow-y-auto">
          {store !== null && <Body latency={store} />}
        </TabPanel>
        <TabPanel id="cost" className="relative overflow-y-auto">
          {part === "cost" && <CostView />}
        </TabPanel>
      </Tabs>
    </Screen>
  );
}

type LatencyRoute = Extract<Route, { screen: "latency" }>;

/** What a route is to show; where it does not say, what was shown last. */
function spotOf({ screen: _, part: __, ...spot }: LatencyRoute, ui: Services["ui"]): LatencySpot {
  return spot.span === undefined ? { span: "", ...ui.getState().latency } : spot;
}

function Controls({ latency }: { readonly latency: LatencyStore }) {
  const { span, fixed, by, filter } = useStore(latency.store);
  const servers = useHub((data) => data.servers);
  const clients = useHub((data) => data.clients);
  const options = (all: string, names: readonly string[], chosen: string | undefined) => [
    { value: "", label: all },
    ...[...new Set([...names, ...(chosen === undefined ? [] : [chosen])])].map((name) => ({
      value: name,
      label: plainVisible(name, 40),
    })),
  ];
  const set = (key: MetricsDimension, value: string): void => {
    const { [key]: _, ...others } = filter;
    // A tool is a server's own.
    const { tool: __, ...withoutTool } = others as MetricsFilter;
    const rest = key === "server" ? withoutTool : others;
    latency.show({ filter: value === "" ? rest : { ...rest, [key]: value } });
  };
  return (
    <>
      {filter.tool !== undefined && (
        <Chip label="Tool" text={plainVisible(filter.tool, 40)} onClear={() => set("tool", "")} />
      )}
      {filter.project !== undefined && (
        <Chip label="Project" text={plainVisible(filter.project, 40)} onClear={() => set("project", "")} />
      )}
      <Select
        label="Server"
        value={filter.server ?? ""}
        options={options(
          "All servers",
          servers.map(({ name }) => name),
          filter.server,
        )}
        onValue={(server) => set("server", server)}
        className="min-w-12 max-w-36 shrink!"
      />
      <Select
        label="Client"
        value={filter.client ?? ""}
        options={options(
          "All clients",
          clients.map(({ name }) => name),
          filter.client,
        )}
        onValue={(client) => set("client", client)}
        className="min-w-12 max-w-36 shrink!"
      />
      <Select
        label="Tell apart"
        value={by}
        options={BY_OPTIONS}
        onValue={(chosen) => latency.show({ by: chosen as MetricsDimension | "" })}
        className="min-w-12 max-w-36 shrink!"
      />
      {fixed === null ? (
        <Segmented
          label="Time"
          value={span}
          options={SPAN_OPTIONS}
          onValue={(chosen) => latency.show({ span: chosen as Span })}
        />
      ) : (
        <Button
          icon={<X size={13} />}
          onClick={() => {
            latency.show({ fixed: null });
            focusScreen();
          }}
        >
          <span className="sr-only">Leave the span </span>
          {shortTime(fixed.from)} – {shortTime(fixed.to)}
        </Button>
      )}
    </>
  );
}

function Body({ latency }: { readonly latency: LatencyStore }) {
  const { data, failure, filter, fixed, by } = useStore(latency.store);
  const [table, setTable] = useState(false);
  const [brushed, setBrushed] = useState<Brushed | null>(null);
  if (failure !== null && data === null)
    return <Failure what="The charts could not be read." failure={failure} onRetry={latency.reload} />;
  if (data === null) return <SkeletonRows rows={12} label="Loading the charts" />;
  const { series } = data;
  if (series.all.total.calls === 0 && series.behind === 0)
    return <Nothing latency={latency} narrowed={fixed !== null || Object.keys(filter).length > 0} />;
  return (
    <div className="flex flex-col gap-6 p-5" data-testid="latency">
      {failure !== null && (
        <Failure what="The charts could not be read again." failure={failure} onRetry={latency.reload} />
      )}
      {series.behind > 1_000 && (
        <Banner tone="info" title="The history is being summed up">
          {count(series.behind)} recorded calls are not in these charts yet. They fill by themselves.
        </Banner>
      )}
      <Charts latency={latency} data={data} brushed={brushed} onBrush={setBrushed} />
      <Heatmap heatmap={data.heatmap} brushed={brushed} onBrush={setBrushed} />
      <ToolTables top={data.top} span={{ from: series.from, to: series.to }} filter={filter} />
      <section aria-label="Numbers">
        <Button icon={<Table2 size={13} />} aria-expanded={table} onClick={() => setTable(!table)}>
          {table ? "Hide the numbers" : "Show the numbers as a table"}
        </Button>
        {table && <NumbersTable series={series} by={series.groups.length > 0 ? by : ""} filter={filter} />}
      </section>
    </div>
  );
}

function Nothing({ latency, narrowed }: { readonly latency: LatencyStore; readonly narrowed: boolean }) {
  const { router } = useServices();
  const { span } = useStore(latency.store);
  const longer = span !== "90d";
  return (
    <EmptyState
      icon={<ChartSpline size={22} />}
      title="No calls in this time"
      actions={
        <>
          {narrowed && (
            <Button onClick={() => latency.show({ fixed: null, filter: {} })}>Clear the filters</Button>
          )}
          {longer && (
            <Button variant="primary" onClick={() => latency.show({ span: "90d", fixed: null })}>
              Look at 90 days
            </Button>
          )}
          {!longer && !narrowed && (
            <Button variant="primary" onClick={() => router.go({ screen: "clients" })}>
              Connect a client
            </Button>
          )}
        </>
      }
    >
      How long calls take, how many there are and how they end is drawn here from the first call on.
    </EmptyState>
  );
}
