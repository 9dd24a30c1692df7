import { useState } from "react";
import { useStore } from "zustand";
import { plainVisible } from "../lib/visible-text.ts";
import { FoldsProvider } from "../question/fold.tsx";
import { createFolds } from "../question/folds.ts";
import { HeldBody, heldTitle } from "../question/held-body.tsx";
import { AnswerButton } from "./answer-button.tsx";
import { Frame } from "./frame.tsx";
import { Hints, Refused } from "./parts.tsx";
import type { QuestionProps } from "./popup-app.tsx";
import { useKeys } from "./use-keys.ts";

/** What a server has changed or brought anew, held back until the person has read it. */
export function ToolQuestion({ view, armed, choose, failure, onFit }: QuestionProps) {
  const { question } = view;
  const held = question?.held ?? [];
  const [folds] = useState(createFolds);
  const seen = useStore(folds.store, (state) => state.seen);
  const keep = (): void => void choose({ answer: "deny" });
  const accept = (): void => {
    if (seen) void choose({ answer: "approve" });
  };
  useKeys("tool", "decide", armed, { approve: accept, deny: keep, unfold: folds.openAll });
  return (
    <FoldsProvider value={folds}>
      <Frame
        view={view}
        armed={armed}
        onFit={onFit}
        onClose={keep}
        title={
          <>
            <b className="font-semibold">{plainVisible(question?.server ?? "A server")}</b> {heldTitle(held)}
          </>
        }
        footer={
          <>
            <Refused message={failure} />
            <div className="grid grid-cols-2 gap-1.5">
              <AnswerButton look="deny" keys="k" onAnswer={keep}>
                Keep held back
              </AnswerButton>
              <AnswerButton look="allow" keys="a" disabled={!seen} onAnswer={accept}>
                Accept
              </AnswerButton>
            </div>
            <Hints
              armed={armed}
              hints={[
                ["Escape", "closes, and keeps it held back"],
                ["x", "unfolds"],
              ]}
            />
          </>
        }
      >
        <div className="space-y-2.5">
          <p className="text-muted text-sm">
            Until you accept it, clients neither see nor can call it.
            {!seen && " Read to the end to accept."}
          </p>
          <HeldBody held={held} />
        </div>
      </Frame>
    </FoldsProvider>
  );
}
