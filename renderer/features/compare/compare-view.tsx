import { ArrowLeftRight } from "lucide-react";
import type { CallDetail } from "../../../shared/model/call.ts";
import { CallDiff } from "../../call/call-diff.tsx";
import { useCall } from "../../call/use-call.ts";
import { duration, fullTime } from "../../lib/format.ts";
import { routeHref } from "../../lib/router.ts";
import { useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { Crumbs } from "../../ui/crumbs.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { CallOutcome } from "../../ui/status.tsx";

/** Two recorded calls side by side. */
export function CompareView({ first, second }: { readonly first: number; readonly second: number }) {
  const { router } = useServices();
  const one = useCall(first);
  const other = useCall(second);
  const failure = one.failure ?? other.failure;
  return (
    <Screen
      title={<Crumbs parent="Activity" href="#/activity" name="Two calls compared" />}
      actions={
        <Button
          icon={<ArrowLeftRight size={13} />}
          onClick={() => router.go({ screen: "compare", first: second, second: first })}
        >
          Swap
        </Button>
      }
    >
      {failure !== null ? (
        <Failure
          what="A call could not be read."
          failure={failure}
          onRetry={() => {
            one.reload();
            other.reload();
          }}
        />
      ) : !one.value || !other.value ? (
        <SkeletonRows rows={12} label="Loading the calls" />
      ) : (
        <>
          <div className="grid shrink-0 grid-cols-2 border-line border-b" data-testid="compared">
            <Head call={one.value} />
            <div className="min-w-0 border-line border-l">
              <Head call={other.value} than={one.value} />
            </div>
          </div>
          <CallDiff
            first={one.value}
            second={other.value}
            firstName={`Call #${first}`}
            secondName={`Call #${second}`}
          />
        </>
      )}
    </Screen>
  );
}

function Head({ call, than }: { readonly call: CallDetail; readonly than?: CallDetail }) {
  const slower = than === undefined ? 0 : call.durationUs - than.durationUs;
  return (
    <div className="min-w-0 px-5 py-2.5">
      <h2 className="flex min-w-0 items-baseline gap-1.5 font-semibold">
        <a
          href={routeHref({ screen: "activity", call: call.id })}
          className="min-w-0 truncate rounded-sm hover:text-accent"
        >
          <ServerText text={`${call.server ?? ""} / ${call.tool ?? call.method}`} limit={120} />
        </a>
      </h2>
      <div className="tabular flex min-w-0 flex-wrap items-center gap-x-3 text-muted text-sm">
        <CallOutcome status={call.status} />
        <span>
          {duration(call.durationUs)}
          {than !== undefined && slower !== 0 && (
            <span className="text-faint">
              {" "}
              ({slower > 0 ? `${duration(slower)} longer` : `${duration(-slower)} shorter`})
            </span>
          )}
        </span>
        <ServerText text={call.client ?? "anonymous"} limit={60} className="max-w-40" />
        <span>{fullTime(call.startedAt)}</span>
      </div>
    </div>
  );
}
