import { useCallback, useEffect, useState } from "react";
import { type Choice, type PopupBridge, type PopupView, popupViewSchema } from "../../shared/popup.ts";
import { CallQuestion } from "./call-question.tsx";
import { Frame } from "./frame.tsx";
import { PairQuestion } from "./pair-question.tsx";
import { ToolQuestion } from "./tool-question.tsx";
import { InputProvider, useInput } from "./use-input.ts";

/** What every kind of question is given. */
export interface QuestionProps {
  readonly view: PopupView;
  readonly armed: boolean;
  /** Hands the person's choice to the desktop; resolves with why it was not taken, or null. */
  readonly choose: (choice: Choice) => Promise<void>;
  readonly failure: string | null;
  readonly onFit: (height: number) => void;
}

/** The popup's page: one question at a time, as the desktop's main process says. */
export function PopupApp({ bridge }: { readonly bridge: PopupBridge }) {
  const [view, setView] = useState<PopupView | null>(null);
  const [failed, setFailed] = useState<{ version: number; message: string } | null>(null);
  useEffect(
    () =>
      bridge.onView((given) => {
        const parsed = popupViewSchema.safeParse(given);
        if (parsed.success) setView(parsed.data);
      }),
    [bridge],
  );
  const input = useInput(view);
  const id = view?.question?.id;
  const version = view?.version ?? 0;
  const choose = useCallback(
    async (choice: Choice) => {
      if (id === undefined) return;
      setFailed(null);
      const outcome = await bridge.choose(id, version, choice);
      if (!outcome.ok) setFailed({ version, message: outcome.message });
    },
    [bridge, id, version],
  );
  const onFit = useCallback((height: number) => bridge.fit(version, height), [bridge, version]);
  if (view === null) return null;
  const props: QuestionProps = {
    view,
    armed: input.armed,
    choose,
    failure: failed?.version === version ? failed.message : null,
    onFit,
  };
  return (
    <InputProvider value={input}>
      {view.question === null ? (
        <Frame
          view={{ ...view, notice: null }}
          title={view.notice ?? "Nothing is asked."}
          armed
          footer={<p className="text-muted text-xs">This window closes by itself.</p>}
          onClose={() => window.close()}
          onFit={() => undefined}
        >
          <p className="text-muted text-sm">No other question is open.</p>
        </Frame>
      ) : view.question.kind === "pair" ? (
        <PairQuestion key={id} {...props} />
      ) : view.question.kind === "tool" ? (
        <ToolQuestion key={id} {...props} />
      ) : (
        <CallQuestion key={`${id} ${version}`} {...props} />
      )}
    </InputProvider>
  );
}
