import { Activity, FileText, Globe, Route as RouteIcon } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import type { RunDetail, RunPlace } from "../../../shared/model/run.ts";
import type { Connection } from "../../lib/connection.ts";
import { bytes, clock, count, duration, fullTime, plural } from "../../lib/format.ts";
import { useResource } from "../../lib/resource.ts";
import { routeHref } from "../../lib/router.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { tokensOf } from "../../lib/tokens.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { Crumbs } from "../../ui/crumbs.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { lengthOf } from "./words.ts";

const NEVER: readonly Broadcast[] = [];

/** One agent run: what was asked, what it touched and reached, what it cost. */
export function RunPage({ call }: { readonly call: number }) {
  const { router } = useServices();
  const load = useCallback((connection: Connection) => connection.call("runs.get", { call }), [call]);
  const { value, failure, reload } = useResource<RunDetail>(load, NEVER);
  return (
    <Screen
      title={
        <Crumbs
          parent="Runs"
          href="#/runs"
          name={
            value === null
              ? `#${call}`
              : `${value.client ?? "anonymous"}, ${fullTime(value.startedAt).slice(0, -4)}`
          }
        />
      }
      actions={
        value !== null && (
          <Button
            icon={<Activity size={13} />}
            onClick={() =>
              router.go({
                screen: "activity",
                ...(value.client === null ? {} : { client: value.client }),
                ...(value.session === null ? {} : { session: value.session }),
                ...(value.session !== null || value.project === null ? {} : { project: value.project }),
                since: Date.parse(value.startedAt),
                until: Date.parse(value.endedAt) + 1,
              })
            }
          >
            Its calls
          </Button>
        )
      }
    >
      {value !== null ? (
        <div
          className="relative min-h-0 flex-1 space-y-7 overflow-auto px-5 pt-4 pb-8"
          data-testid="run-page"
        >
          <Figures run={value} />
          <Steps run={value} />
          <div className="grid grid-cols-1 gap-7 xl:grid-cols-2">
            <Places
              title="Files it named"
              empty="No paths were in the arguments that were read."
              icon={<FileText aria-hidden size={14} />}
              places={value.files}
            />
            <Places
              title="Hosts it named or called"
              empty="No addresses were in the arguments that were read, and no server was a remote one."
              icon={<Globe aria-hidden size={14} />}
              places={value.hosts}
            />
          </div>
          <p className="text-faint text-xs">
            Files and hosts are those that {count(value.read)} of {plural(value.calls, "call")} named, and the
            hosts of remote servers; what a tool reads or reaches of itself Gatehouse cannot see. Tokens are
            estimated at four bytes each.
          </p>
        </div>
      ) : failure !== null ? (
        <Failure what="The run could not be read." failure={failure} onRetry={reload} />
      ) : (
        <SkeletonRows rows={10} label="Loading the run" />
      )}
    </Screen>
  );
}

function Figures({ run }: { readonly run: RunDetail }) {
  const { times } = run;
  const figures: [string, ReactNode, string][] = [
    [
      "Calls",
      count(run.calls),
      run.openStart || run.openEnd ? "and more, not looked through" : plural(run.servers.length, "server"),
    ],
    ["Denied", count(run.denied), run.failed === 0 ? "none failed" : `${count(run.failed)} failed`],
    ["Took", lengthOf(run), `servers ${duration(times.upstream)}`],
    [
      "Waited for a person",
      times.consent === 0 ? "never" : duration(times.consent),
      `queue ${duration(times.queue)}`,
    ],
    ["Sent out", bytes(run.requestBytes), `about ${tokensOf(run.requestBytes)} tokens`],
    ["Came back", bytes(run.resultBytes), `about ${tokensOf(run.resultBytes)} tokens`],
  ];
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-lg border border-line sm:grid-cols-3 lg:grid-cols-6">
      {figures.map(([name, value, beside]) => (
        <div key={name} className="-mr-px -mb-px border-line border-r border-b px-4 py-3">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="tabular mt-0.5">
            <span className="block font-semibold text-lg tracking-[-0.012em]">{value}</span>
            <span className="block text-faint text-xs">{beside}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Steps({ run }: { readonly run: RunDetail }) {
  const beyond = run.calls - run.steps.reduce((sum, { calls }) => sum + calls, 0);
  const known = useHub((data) => data.clients.some(({ name }) => name === run.client));
  return (
    <section aria-labelledby="steps">
      <div className="mb-2 flex flex-wrap items-center gap-x-3">
        <h2 id="steps" className="flex items-center gap-2 font-semibold text-base tracking-[-0.008em]">
          <RouteIcon aria-hidden size={14} className="text-muted" />
          What was asked
        </h2>
        <p className="min-w-0 text-muted text-sm">
          by{" "}
          {known && run.client !== null ? (
            <a
              href={routeHref({ screen: "clients", client: run.client })}
              className="rounded-sm text-accent underline underline-offset-2"
            >
              {plainVisible(run.client, 60)}
            </a>
          ) : (
            plainVisible(run.client ?? "an anonymous client", 60)
          )}
          {run.session !== null && <> in session {plainVisible(run.session, 40)}</>}
          {run.project !== null && <> for {plainVisible(run.project, 80)}</>}
        </p>
      </div>
      <ol className="tabular overflow-hidden rounded-lg border border-line text-sm" data-testid="steps">
        {run.steps.map((step) => (
          <li key={step.first} className="border-line/60 border-b last:border-b-0">
            <a
              href={routeHref({ screen: "activity", call: step.first })}
              className="grid h-8 grid-cols-[72px_minmax(0,1fr)_auto_72px] items-center gap-x-4 px-4 outline-offset-[-2px] hover:bg-hover"
            >
              <span className="text-muted">{clock(step.startedAt).slice(0, 8)}</span>
              <span className="flex min-w-0 items-baseline gap-1.5">
                {step.server !== null && (
                  <>
                    <ServerText text={step.server} limit={40} className="max-w-[40%] shrink-0 text-muted" />
                    <span className="text-faint">/</span>
                  </>
                )}
                <ServerText text={step.tool ?? step.method} limit={80} className="min-w-8 font-medium" />
                {step.calls > 1 && <span className="shrink-0 text-muted">×{step.calls}</span>}
              </span>
              <span className="flex gap-3 text-xs">
                {step.denied > 0 && <span className="text-bad">{step.denied} denied</span>}
                {step.failed > 0 && <span className="text-warn">{step.failed} failed</span>}
              </span>
              <span className="text-right">{duration(step.durationUs)}</span>
            </a>
          </li>
        ))}
      </ol>
      {beyond > 0 && (
        <p className="mt-2 text-muted text-sm">
          The first {plural(run.steps.length, "step")}; {plural(beyond, "call")} came after them.
        </p>
      )}
    </section>
  );
}

function Places({
  title,
  empty,
  icon,
  places,
}: {
  readonly title: string;
  readonly empty: string;
  readonly icon: ReactNode;
  readonly places: readonly RunPlace[];
}) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-2 flex items-center gap-2 font-semibold text-base tracking-[-0.008em]">
        <span className="text-muted">{icon}</span>
        {title}
        {places.length > 0 && <span className="tabular font-normal text-muted text-sm">{places.length}</span>}
      </h2>
      {places.length === 0 ? (
        <p className="rounded-lg border border-line bg-sunken px-4 py-3 text-muted text-sm">{empty}</p>
      ) : (
        <ul className="tabular overflow-hidden rounded-lg border border-line text-sm">
          {places.map((place) => (
            <li
              key={place.name}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-line/60 border-b px-4 py-1.5 last:border-b-0"
            >
              <ServerText text={place.name} limit={300} className="min-w-0 font-mono text-xs leading-5" />
              <span className="text-muted text-xs leading-5">
                {place.denied > 0 && <span className="text-bad">{count(place.denied)} denied of </span>}
                {plural(place.calls, "call")}
              </span>
              <ServerText text={place.tools.join(", ")} limit={120} className="min-w-0 text-faint text-xs" />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
