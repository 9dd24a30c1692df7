import type { Question } from "../../shared/model/question.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { ServerText } from "./server-text.tsx";
import { Dot } from "./status.tsx";

/** A change that waits for somebody with the right to allow it, with the line that does so. */
export function PendingQuestion({
  question,
  desktop,
  denies = false,
  onWithdraw,
}: {
  readonly question: Question;
  /** A desktop is attached, which then is the only one to decide. */
  readonly desktop: boolean;
  /** Calls that no rule covers are denied: a new server's too, unless it is trusted. */
  readonly denies?: boolean;
  readonly onWithdraw: () => void;
}) {
  const line = `gatehouse answer ${question.id} approve`;
  return (
    <div
      data-testid="pending"
      data-question={question.id}
      role="status"
      className="space-y-2 rounded-lg border border-line bg-sunken p-3"
    >
      <div className="flex items-center gap-2 font-medium text-sm">
        <Dot mark="text-warn-mark" moving />
        <span className="min-w-0 flex-1">
          <ServerText text={question.title} multiline limit={600} />
        </span>
      </div>
      {desktop ? (
        <p className="text-muted text-sm">Waiting for an answer in the Gatehouse window.</p>
      ) : (
        <>
          <p className="text-muted text-sm">Waiting for approval. Run this in a terminal:</p>
          <div className="flex items-center gap-1 rounded-md border border-line-strong bg-raised py-0.5 pr-1 pl-2.5">
            <code data-testid="approve-line" className="min-w-0 flex-1 select-all truncate font-mono text-xs">
              {line}
            </code>
            <CopyButton label="Copy the line" text={line} />
          </div>
          {denies && question.change?.type === "server.add" && (
            <p className="text-muted text-xs">
              With <code className="font-mono">--trust</code> at its end, clients may call its tools without
              asking. Otherwise their calls are denied until a rule allows them.
            </p>
          )}
        </>
      )}
      <Button size="sm" variant="ghost" className="-ml-2" onClick={onWithdraw}>
        Withdraw
      </Button>
    </div>
  );
}
