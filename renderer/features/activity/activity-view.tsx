import { Columns3, Download, FilterX, Activity as Icon } from "lucide-react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";

import type { ExportFormat } from "../../../shared/model/export.ts";
import { useServices } from "../../lib/services.tsx";
import { ActivityParts } from "../../ui/activity-parts.tsx";
import { Button, IconButton } from "../../ui/button.tsx";

import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Menu, MenuCheck, MenuItem } from "../../ui/menu.tsx";
import { NotRecording, useRecording } from "../../ui/not-recording.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { Split } from "../../ui/split.tsx";
import type { Activity } from "./activity.ts";
import { CallDetailPane } from "./call-detail.tsx";
import { CallList } from "./call-list.tsx";
import { COLUMN_KEYS, COLUMNS } from "./columns.ts";
import { FilterBar } from "./filter-bar.tsx";
import { ExportStrip } from "./list-foot.tsx";
import { useReach } from "./reach.ts";
import { ViewTabs } from "./view-tabs.tsx";

const FORMATS: readonly (readonly [format: ExportFormat, label: string])[] = [
  ["jsonl", "JSONL, to import again"],
  ["csv", "CSV, for a spreadsheet"],
  ["har", "HAR, for a network inspector"],
];

/** The Activity screen: calls as they arrive, and one of them in full. */
export function ActivityView({ activity }: { readonly activity: Activity }) {
  const { calls, preferences } = activity;
  const { phase, failure, selected, empty, filtered } = useStore(
    calls.store,
    useShallow((state) => ({
      phase: state.phase,
      failure: state.failure,
      selected: state.selected,
      empty: state.size === 0,
      filtered: Object.keys(state.filter).length > 0,
    })),
  );
  const reach = useReach(calls);
  return (
    <Screen
      title="Activity"
      actions={
        <>
          <ViewTabs calls={calls} preferences={preferences} />
          <ActivityParts part="calls" />
        </>
      }
    >
      <div className="flex shrink-0 items-start gap-2 border-line border-b px-5 py-2">
        <FilterBar calls={calls} />
        <ColumnsMenu activity={activity} />
        <ExportMenu activity={activity} disabled={empty} />
      </div>
      <NotRecording />
      <ExportStrip activity={activity} />
      {phase === "failed" && failure !== null ? (
        <Failure what="The calls could not be read." failure={failure} onRetry={() => void calls.reload()} />
      ) : phase === "loading" && empty ? (
        <SkeletonRows rows={14} label="Loading calls" />
      ) : empty ? (
        filtered ? (
          <EmptyState
            icon={<FilterX size={22} />}
            title="No call matches"
            actions={
              <>
                {reach !== null && (
                  <Button variant="primary" onClick={() => void calls.reload()}>
                    Search again
                  </Button>
                )}
                <Button
                  onClick={() => {
                    calls.setText("");
                    document.querySelector<HTMLElement>("[data-filter-input]")?.focus();
                  }}
                >
                  Clear the filters
                </Button>
              </>
            }
          >
            {reach ??
              "Nothing recorded so far fits this filter. New calls that do appear here by themselves."}
          </EmptyState>
        ) : (
          <NoCalls />
        )
      ) : (
        <Split
          first={<CallList activity={activity} />}
          second={
            selected === null ? undefined : (
              <CallDetailPane key={selected} id={selected} onClose={() => calls.select(null)} />
            )
          }
        />
      )}
    </Screen>
  );
}

function NoCalls() {
  const { router } = useServices();
  const recording = useRecording();
  return (
    <EmptyState
      icon={<Icon size={22} />}
      title={recording ? "No calls yet" : "No calls"}
      actions={
        <Button variant="primary" onClick={() => router.go({ screen: "clients" })}>
          Connect a client
        </Button>
      }
    >
      {recording &&
        "Every call that an AI client makes through Gatehouse appears here the moment it is answered, with its request, its result and where the time went. "}
      Calls exported elsewhere come in with{" "}
      <code className="whitespace-nowrap font-mono text-xs">gatehouse calls import FILE</code>.
    </EmptyState>
  );
}

function ColumnsMenu({ activity: { preferences } }: { readonly activity: Activity }) {
  const columns = useStore(preferences.store, (state) => state.columns);
  return (
    <Menu
      trigger={
        <IconButton label="Columns" variant="secondary" className="size-8.5">
          <Columns3 size={14} />
        </IconButton>
      }
    >
      {COLUMN_KEYS.map((key) => (
        <MenuCheck key={key} checked={columns.includes(key)} onChecked={() => preferences.toggleColumn(key)}>
          {COLUMN_WORDS[key] ?? COLUMNS[key].label}
        </MenuCheck>
      ))}
    </Menu>
  );
}

/** Where a column's head is too short to be understood alone. */
const COLUMN_WORDS: Partial<Record<(typeof COLUMN_KEYS)[number], string>> = {
  request: "Size of the request",
  result: "Size of the result",
  consent: "Time that a person was asked",
  upstream: "Time of the server",
};

function ExportMenu({
  activity: { calls, exports },
  disabled,
}: {
  readonly activity: Activity;
  readonly disabled: boolean;
}) {
  const running = useStore(exports.store, ({ phase }) => phase === "running");
  return (
    <Menu
      trigger={
        <Button icon={<Download size={14} />} disabled={disabled || running} className="h-8.5">
          Export
        </Button>
      }
    >
      {FORMATS.map(([format, label]) => (
        <MenuItem key={format} onSelect={() => void exports.start(calls.store.getState().filter, format)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
