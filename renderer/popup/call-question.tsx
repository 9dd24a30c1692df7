import { useMemo, useState } from "react";
import { useStore } from "zustand";
import type { Answer } from "../../shared/model/question.ts";
import { CallBody, CallTitle, isCut } from "../question/call-body.tsx";
import { FoldsProvider } from "../question/fold.tsx";
import { createFolds } from "../question/folds.ts";
import { AnswerButton } from "./answer-button.tsx";
import { ArgumentsEditor, editable, problemIn } from "./arguments-editor.tsx";
import { Frame } from "./frame.tsx";
import type { Mode } from "./keys.ts";
import { Choices, Hints, Refused, RuleWords } from "./parts.tsx";
import type { QuestionProps } from "./popup-app.tsx";
import { ReasonField } from "./reason-field.tsx";
import { useKeys } from "./use-keys.ts";

/** A call that waits: what it would do, and every answer that there is. */
export function CallQuestion({ view, armed, choose, failure, onFit }: QuestionProps) {
  const { question } = view;
  const call = question?.call ?? null;
  const [folds] = useState(createFolds);
  const seen = useStore(folds.store, (state) => state.seen);
  const [mode, setMode] = useState<Mode>("decide");
  const [reason, setReason] = useState("");
  const narrowings = call?.narrowings ?? [];
  const [narrowing, setNarrowing] = useState(narrowings[0]?.key ?? "");
  const original = useMemo(() => editable(call?.argumentsText ?? ""), [call?.argumentsText]);
  const [edited, setEdited] = useState(original);
  const problem = problemIn(edited);
  const whole = call !== null && !isCut(call);
  const mayEdit = call?.editable === true && whole && call.waiting > 0;
  const lasting = seen && whole;
  const offer = call?.offer ?? null;

  const last = (answer: Answer): void => {
    if (lasting) void choose({ answer, ...(narrowing === "" ? {} : { narrowing }) });
  };
  const step = (by: number): void => {
    const at = narrowings.findIndex(({ key }) => key === narrowing);
    const next = narrowings[Math.min(narrowings.length - 1, Math.max(0, at + by))];
    if (next !== undefined) setNarrowing(next.key);
  };
  const deny = (): void => void choose({ answer: "deny" });
  const actions = {
    deny,
    reason: () => setMode("reason"),
    once: () => void choose({ answer: "allow-once" }),
    session: () => last("allow-session"),
    hour: () => last("allow-hour"),
    always: () => last("allow-always"),
    edit: () => {
      if (mayEdit) setMode("edit");
    },
    offer: () => {
      if (offer !== null && lasting) void choose({ answer: "allow-always", narrowing: offer.key });
    },
    narrower: () => step(-1),
    wider: () => step(1),
    unfold: folds.openAll,
    back: () => setMode("decide"),
    send: () => {
      if (mode === "reason") void choose({ answer: "deny", reason });
      else if (problem === null) void choose({ answer: "allow-once", arguments: edited });
    },
  };
  useKeys("call", mode, armed, actions);
  if (question === null || call === null) return null;
  const words = narrowings.find(({ key }) => key === narrowing)?.words;

  return (
    <FoldsProvider value={folds}>
      <Frame
        view={view}
        armed={armed}
        onFit={onFit}
        onClose={deny}
        title={<CallTitle question={question} />}
        footer={
          <>
            <Refused message={failure} />
            {mode === "reason" ? (
              <ReasonField value={reason} onValue={setReason} onSend={actions.send} onBack={actions.back} />
            ) : mode === "edit" ? (
              <>
                <div className="flex gap-2">
                  <AnswerButton onAnswer={actions.back} keys="Escape" className="flex-1">
                    Back
                  </AnswerButton>
                  <AnswerButton
                    look="allow"
                    onAnswer={actions.send}
                    disabled={problem !== null}
                    keys="mod+Enter"
                    className="flex-2"
                  >
                    Allow once, as edited
                  </AnswerButton>
                </div>
                <Hints armed={armed} hints={[["mod+Enter", "allows once, after schema and rules"]]} />
              </>
            ) : (
              <>
                {narrowings.length > 0 && (
                  <section aria-label="More than this call" className="mb-2.5">
                    <Choices
                      chips
                      foreign
                      label="What session, hour and always cover"
                      name="narrowing"
                      value={narrowing}
                      options={narrowings.map(({ key, label }) => ({
                        value: key,
                        label,
                      }))}
                      onValue={setNarrowing}
                    />
                    <RuleWords testid="rule-words" intro="More than once:" words={words ?? ""} />
                  </section>
                )}
                <div className="grid grid-cols-[1.35fr_1fr_1fr_1fr] gap-1.5">
                  <AnswerButton look="allow" keys="o" onAnswer={actions.once}>
                    Allow once
                  </AnswerButton>
                  <AnswerButton
                    look="allow"
                    keys="s"
                    name={
                      call.session === null ? "Allow until it is idle for an hour" : "Allow for this session"
                    }
                    disabled={!lasting}
                    onAnswer={actions.session}
                  >
                    {call.session === null ? "Until idle" : "Session"}
                  </AnswerButton>
                  <AnswerButton
                    look="allow"
                    keys="h"
                    name="Allow for an hour"
                    disabled={!lasting}
                    onAnswer={actions.hour}
                  >
                    1 hour
                  </AnswerButton>
                  <AnswerButton
                    look="allow"
                    keys="a"
                    name="Allow always"
                    disabled={!lasting}
                    onAnswer={actions.always}
                  >
                    Always
                  </AnswerButton>
                </div>
                <div className="mt-1.5 grid grid-cols-[1.35fr_2fr_1fr] gap-1.5">
                  <AnswerButton look="deny" keys="d" onAnswer={deny}>
                    Deny
                  </AnswerButton>
                  <AnswerButton keys="r" onAnswer={actions.reason}>
                    Deny with a reason
                  </AnswerButton>
                  <AnswerButton
                    keys="e"
                    onAnswer={actions.edit}
                    disabled={!mayEdit}
                    {...(mayEdit ? {} : { title: "The arguments of this call cannot be edited" })}
                  >
                    Edit
                  </AnswerButton>
                </div>
                <Hints
                  armed={armed}
                  note={whole && !seen ? "Read to the end to allow more than once" : ""}
                  hints={[
                    ["Escape", "denies"],
                    ["x", "unfolds"],
                    ...(narrowings.length > 1
                      ? ([["ArrowUp ArrowDown", "narrows"]] as [string, string][])
                      : []),
                  ]}
                />
              </>
            )}
          </>
        }
      >
        {mode === "edit" ? (
          <ArgumentsEditor original={original} value={edited} problem={problem} onValue={setEdited} />
        ) : (
          <>
            <CallBody question={question} />
            {offer !== null && (
              <section
                aria-label="Offer"
                data-testid="offer"
                className="mt-2.5 flex items-start gap-3 rounded-lg border border-accent-line bg-accent-soft px-3 py-2"
              >
                <div className="min-w-0 flex-1">
                  <span className="block text-muted text-xs">
                    You have allowed calls like this before. A rule for them:
                  </span>
                  <RuleWords testid="offer-words" words={offer.words} />
                </div>
                <AnswerButton look="plain" keys="u" disabled={!lasting} onAnswer={actions.offer}>
                  Allow, and save it
                </AnswerButton>
              </section>
            )}
          </>
        )}
      </Frame>
    </FoldsProvider>
  );
}
