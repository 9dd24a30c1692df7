import { useState } from "react";
import { OWN_CLIENT } from "../../shared/model/call.ts";
import type { Question } from "../../shared/model/question.ts";
import { plainVisible } from "../lib/visible-text.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Input } from "../ui/field.tsx";
import { Dot } from "../ui/status.tsx";
import { CallBody, CallTitle } from "./call-body.tsx";
import { HeldBody, heldTitle } from "./held-body.tsx";
import { PairBody } from "./pair-body.tsx";

/**
 * A question as a viewer sees it: everything that is asked, and a way to deny it. Allowing is done elsewhere: in the
 * desktop's popup, or by the line for a terminal.
 */
export function QuestionCard({
  question,
  desktop,
  onDeny,
}: {
  readonly question: Question;
  /** A desktop is attached, which then is the only one to allow. */
  readonly desktop: boolean;
  readonly onDeny: (reason: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const call = question.kind === "call";
  const line = `gatehouse answer ${question.id} ${call ? "allow-once" : "approve"}`;
  return (
    <section
      aria-label="Question"
      data-testid="question"
      data-question={question.id}
      className="space-y-2 rounded-lg border border-line bg-bg p-3"
    >
      <div className="flex items-baseline gap-2 text-sm">
        <Dot mark="text-warn-mark" moving />
        <h2 className="min-w-0 flex-1">
          <QuestionTitle question={question} />
        </h2>
        <Button size="sm" variant="ghost" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Less" : "Details"}
        </Button>
      </div>
      {open && <QuestionBody question={question} />}
      {desktop ? (
        <p className="text-muted text-sm">It can be allowed in the desktop's popup only.</p>
      ) : (
        <>
          <p className="text-muted text-sm">To allow it, run this in a terminal:</p>
          <div className="flex items-center gap-1 rounded-md border border-line-strong bg-raised py-0.5 pr-1 pl-2.5">
            <code data-testid="approve-line" className="min-w-0 flex-1 select-all truncate font-mono text-xs">
              {line}
            </code>
            <CopyButton label="Copy the line" text={line} />
          </div>
          {call && question.client !== OWN_CLIENT && (
            <p className="text-muted text-xs">
              Or with <code className="font-mono">allow-session</code>,{" "}
              <code className="font-mono">allow-hour</code> or <code className="font-mono">allow-always</code>{" "}
              in its place.
            </p>
          )}
        </>
      )}
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          onDeny(reason);
        }}
      >
        {call && (
          <Input
            aria-label="Reason, which the model is told"
            placeholder="Reason, which the model is told"
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="min-w-0 flex-1"
          />
        )}
        <Button type="submit" variant="danger">
          {question.kind === "tool" ? "Keep held back" : "Deny"}
        </Button>
      </form>
    </section>
  );
}

function QuestionTitle({ question }: { readonly question: Question }) {
  if (question.kind === "call") return <CallTitle question={question} />;
  if (question.kind === "pair") return <b className="font-semibold">Allow a program to connect?</b>;
  return (
    <>
      <b className="font-semibold">{plainVisible(question.server ?? "A server")}</b>{" "}
      {heldTitle(question.held ?? [])}
    </>
  );
}

function QuestionBody({ question }: { readonly question: Question }) {
  if (question.pairing !== null) return <PairBody pairing={question.pairing} warnings={question.warnings} />;
  if (question.held !== null) return <HeldBody held={question.held} />;
  return <CallBody question={question} />;
}
