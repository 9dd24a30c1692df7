import { X } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { CallDetail, Payload } from "../../../shared/model/call.ts";
import { ResultContent } from "../../call/result-content.tsx";
import { bytes, duration, fullTime } from "../../lib/format.ts";
import { failureOf, type Failure as Reason } from "../../lib/hub-store.ts";
import { useServices } from "../../lib/services.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Failure } from "../../ui/failure.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { CallOutcome } from "../../ui/status.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";
import { callText } from "./copy-as.ts";
import { CallActions } from "./detail/call-actions.tsx";
import { EventList } from "./detail/event-lane.tsx";
import { Facts } from "./detail/facts.tsx";
import { Waterfall } from "./detail/waterfall.tsx";
import { hasParams } from "./detail/wire.ts";
import { WirePanel } from "./detail/wire-panel.tsx";

const FIRST = 1024 * 1024;
const MOST = 64 * 1024 * 1024;

/** One call in full: what was asked, what came back, where the time went. */
export function CallDetailPane({ id, onClose }: { readonly id: number; readonly onClose: () => void }) {
  const { connection } = useServices();
  const [detail, setDetail] = useState<CallDetail | null>(null);
  const [failure, setFailure] = useState<Reason | null>(null);
  const [tab, setTab] = useState("result");
  const [maxBytes, setMaxBytes] = useState(FIRST);
  const [loading, setLoading] = useState(true);

  const load = useCallback(() => {
    let wanted = true;
    setLoading(true);
    setFailure(null);
    connection.call("calls.get", { id, maxBytes }).then(
      (found) => {
        if (!wanted) return;
        setDetail(found);
        setLoading(false);
      },
      (error: unknown) => {
        if (!wanted) return;
        setFailure(failureOf(error));
        setLoading(false);
      },
    );
    return () => {
      wanted = false;
    };
  }, [connection, id, maxBytes]);
  useEffect(load, [load]);

  const more = (payload: Payload | null) =>
    payload?.truncated ? (
      <CutNotice
        payload={payload}
        loading={loading}
        onLoad={() => setMaxBytes(Math.min(MOST, Math.max(payload.bytes + 4, FIRST)))}
      />
    ) : null;

  return (
    <section
      aria-label="Call"
      data-testid="call-detail"
      className="flex min-h-0 flex-1 flex-col bg-bg"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <header className="shrink-0 px-5 pt-3.5 pb-1">
        <div className="flex items-center gap-2">
          {detail === null ? (
            <div className="flex h-6.5 flex-1 items-center">
              <div className="skeleton h-3 w-40" />
            </div>
          ) : (
            <h2 className="flex min-w-0 flex-1 items-baseline gap-1.5 font-semibold text-lg tracking-[-0.012em]">
              <ServerText text={detail.tool ?? detail.method} limit={160} className="min-w-0" />
            </h2>
          )}
          {detail !== null && <CallActions call={detail} />}
          <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
            <X size={15} />
          </IconButton>
        </div>
        {detail !== null && (
          <div className="tabular flex min-w-0 flex-wrap items-center gap-x-3 text-muted text-sm">
            <CallOutcome status={detail.status} />
            <span>{duration(detail.durationUs)}</span>
            {detail.server !== null && <ServerText text={detail.server} limit={60} className="max-w-40" />}
            <span className="whitespace-nowrap">{fullTime(detail.startedAt)}</span>
          </div>
        )}
      </header>
      {failure !== null && <Failure what="This call could not be read." failure={failure} onRetry={load} />}
      {detail !== null && (
        <Tabs
          label="Parts of the call"
          value={tab}
          onValue={setTab}
          tabs={[
            { id: "result", label: detail.error === null ? "Result" : "Error" },
            { id: "request", label: "Request" },
            { id: "details", label: "Timing" },
            { id: "wire", label: "Messages" },
          ]}
        >
          <TabPanel id="result" className="flex flex-col">
            {detail.error !== null ? (
              <JsonView
                text={detail.error.text}
                truncated={detail.error.truncated}
                label="Error"
                notice={more(detail.error)}
              />
            ) : detail.result !== null ? (
              <ResultContent payload={detail.result} notice={more(detail.result)} />
            ) : (
              <Nothing>No result was recorded for this call.</Nothing>
            )}
          </TabPanel>
          <TabPanel id="request" className="flex flex-col">
            {detail.request === null ? (
              <Nothing>
                {hasParams(detail)
                  ? "The parameters of this request were not recorded."
                  : "The request had no parameters."}
              </Nothing>
            ) : (
              <JsonView
                text={detail.request.text}
                truncated={detail.request.truncated}
                label="Request"
                notice={more(detail.request)}
              />
            )}
          </TabPanel>
          <TabPanel id="details" className="relative overflow-auto">
            <div className="space-y-6 px-5 py-4">
              <Waterfall call={detail} />
              <EventList detail={detail} />
              <Facts detail={detail} />
              <CopyButton label="Copy the whole call as JSON" text={() => callText(detail)}>
                Copy call as JSON
              </CopyButton>
            </div>
          </TabPanel>
          <TabPanel id="wire" className="flex flex-col">
            <WirePanel detail={detail} />
          </TabPanel>
        </Tabs>
      )}
    </section>
  );
}

const Nothing = ({ children }: { readonly children: string }) => <p className="p-5 text-muted">{children}</p>;

function CutNotice({
  payload,
  loading,
  onLoad,
}: {
  readonly payload: Payload;
  readonly loading: boolean;
  readonly onLoad: () => void;
}) {
  return (
    <div className="tabular flex shrink-0 items-center gap-3 border-line border-b bg-sunken px-5 py-1.5 text-muted text-xs">
      <span className="flex-1">
        The first {bytes(payload.text.length)} of {bytes(payload.bytes)} are shown.
      </span>
      {payload.bytes <= MOST ? (
        <Button size="sm" busy={loading} onClick={onLoad}>
          Load all {bytes(payload.bytes)}
        </Button>
      ) : (
        <span>It is too big to be shown whole.</span>
      )}
    </div>
  );
}
