import { FlaskConical, RotateCw, Square } from "lucide-react";
import { useMemo, useState } from "react";
import type { CallDetail, Payload } from "../../../shared/model/call.ts";
import { CallDiff } from "../../call/call-diff.tsx";
import { ResultContent } from "../../call/result-content.tsx";
import { useCall } from "../../call/use-call.ts";
import type { OwnCallState } from "../../call/use-own-call.ts";
import { duration, span } from "../../lib/format.ts";
import { member, parseJson } from "../../lib/json/parse.ts";
import { writeJson } from "../../lib/json/rows.ts";
import { routeHref } from "../../lib/router.ts";
import { useHub, useNow, useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { CallOutcome } from "../../ui/status.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";

/** What became of the person's call; beside a recorded one, also what is different now. */
export function Outcome({
  state,
  server,
  tool,
  recorded,
  onStop,
}: {
  readonly state: OwnCallState;
  readonly server: string;
  readonly tool: string;
  /** The call that is made again. */
  readonly recorded: CallDetail | undefined;
  readonly onStop: () => void;
}) {
  switch (state.phase) {
    case "idle":
      return recorded === undefined ? (
        <EmptyState icon={<FlaskConical size={20} />} title="Nothing called yet">
          You call it as yourself: you are asked, once each time, unless the tool says that it only reads and
          you are in the desktop app. It is recorded like every call.
        </EmptyState>
      ) : (
        <Result call={recorded} name={`Call #${recorded.id}, as recorded`} />
      );
    case "under-way":
      return <UnderWay since={state.since} server={server} tool={tool} onStop={onStop} />;
    case "failed":
      return (
        <div className="p-5">
          <Banner tone="bad" title="The call was not made.">
            <ServerText text={state.failure.message} multiline />
            {state.failure.advice !== null && <ServerText text={state.failure.advice} multiline />}
          </Banner>
        </div>
      );
    case "done":
      return <Done key={state.made.id} made={state.made} recorded={recorded} />;
  }
}

function UnderWay({
  since,
  server,
  tool,
  onStop,
}: {
  readonly since: number;
  readonly server: string;
  readonly tool: string;
  readonly onStop: () => void;
}) {
  const { bridge } = useServices();
  const now = useNow(1_000);
  const asked = useHub((data) =>
    data.questions.some((one) => one.kind === "call" && one.server === server && one.tool === tool),
  );
  return (
    <div
      className="flex h-full min-h-56 flex-col items-center justify-center gap-1 px-8 text-center"
      role="status"
    >
      <p className="font-semibold text-lg tracking-[-0.012em]" data-testid="under-way">
        {asked ? "Waiting for your answer" : "Calling…"}
      </p>
      <p className="max-w-96 text-balance text-muted">
        {!asked
          ? "The server is working on it."
          : bridge !== undefined
            ? "Gatehouse asks you in a window of its own, as for every call that nothing allows."
            : "It is asked about like every call that nothing allows. Nothing is sent before."}
      </p>
      <p className="tabular text-faint text-xs">{span(now - since)}</p>
      <div className="mt-4">
        <Button icon={<Square size={12} />} onClick={onStop}>
          Stop
        </Button>
      </div>
    </div>
  );
}

function Done({
  made,
  recorded,
}: {
  readonly made: Extract<OwnCallState, { phase: "done" }>["made"];
  readonly recorded: CallDetail | undefined;
}) {
  const [tab, setTab] = useState(recorded === undefined ? "result" : "difference");
  const row = useCall(made.id ?? undefined);
  const answer = useMemo(() => payloadsOf(made.answer), [made.answer]);
  if (made.id !== null && row.value === null)
    return row.failure === null ? (
      <SkeletonRows rows={6} label="Reading the result" />
    ) : (
      <Failure
        what="The call was made, but its record could not be read."
        failure={row.failure}
        onRetry={row.reload}
      />
    );
  // The answer itself, where the settings keep it out of the record, or it could not be recorded.
  const call: CallDetail | undefined =
    row.value === null || row.value === undefined
      ? undefined
      : { ...row.value, result: row.value.result ?? answer.result, error: row.value.error ?? answer.error };
  if (call === undefined)
    return (
      <div className="flex min-h-0 flex-1 flex-col">
        <div className="px-5 py-3">
          <Banner tone="warn" title="This call could not be recorded." />
        </div>
        {made.answer !== null && <JsonView text={made.answer} label="Answer" />}
      </div>
    );
  const name = `Call #${call.id}`;
  if (recorded === undefined) return <Result call={call} name={name} />;
  return (
    <Tabs
      label="What became of it"
      value={tab}
      onValue={setTab}
      tabs={[
        { id: "difference", label: "Difference" },
        { id: "result", label: "New result" },
        { id: "before", label: "Recorded result" },
      ]}
    >
      <TabPanel id="difference" className="flex flex-col">
        <CallDiff
          first={recorded}
          second={call}
          firstName={`Recorded, #${recorded.id}`}
          secondName={`Now, #${call.id}`}
        />
      </TabPanel>
      <TabPanel id="result" className="flex flex-col">
        <Result call={call} name={name} />
      </TabPanel>
      <TabPanel id="before" className="flex flex-col">
        <Result call={recorded} name={`Call #${recorded.id}, as recorded`} />
      </TabPanel>
    </Tabs>
  );
}

/** A call's end and its result or error, as in its detail. */
function Result({ call, name }: { readonly call: CallDetail; readonly name: string }) {
  return (
    <section aria-label={name} className="flex min-h-0 flex-1 flex-col" data-testid="playground-result">
      <header className="tabular flex shrink-0 flex-wrap items-center gap-x-3 border-line border-b px-5 py-2 text-sm">
        <a
          href={routeHref({ screen: "activity", call: call.id })}
          className="rounded-sm font-medium text-accent hover:underline"
        >
          {name}
        </a>
        <CallOutcome status={call.status} />
        <span className="text-muted">{duration(call.durationUs)}</span>
      </header>
      {call.error !== null ? (
        <JsonView text={call.error.text} truncated={call.error.truncated} label="Error" />
      ) : call.result !== null ? (
        <ResultContent payload={call.result} notice={null} />
      ) : (
        <p className="flex items-center gap-2 p-5 text-muted">
          <RotateCw aria-hidden size={13} />
          {call.status === "cancelled" ? "It was stopped before it was answered." : "No result was recorded."}
        </p>
      )}
    </section>
  );
}

/** Result and error of a JSON-RPC response (raw JSON), every digit as it came. */
function payloadsOf(answer: string | null): {
  readonly result: Payload | null;
  readonly error: Payload | null;
} {
  const none = { result: null, error: null };
  if (answer === null) return none;
  try {
    const { root } = parseJson(answer);
    const part = (key: string): Payload | null => {
      const node = member(root, key);
      if (node === undefined) return null;
      const text = writeJson(node);
      return { text, bytes: text.length, truncated: false };
    };
    return { result: part("result"), error: part("error") };
  } catch {
    return none;
  }
}
