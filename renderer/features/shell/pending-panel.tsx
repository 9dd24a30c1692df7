import { toast } from "sonner";
import { useStore } from "zustand";
import type { Bridge } from "../../../shared/bridge.ts";
import type { Question } from "../../../shared/model/question.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { QuestionCard } from "../../question/question-card.tsx";
import { Button } from "../../ui/button.tsx";
import { PendingQuestion } from "../../ui/pending-question.tsx";
import { Dot } from "../../ui/status.tsx";

const PLACE = "anim-rise fixed right-4 bottom-4 z-30 rounded-xl bg-raised shadow-pop";

/** What waits for the person, in a corner: in a browser to be seen and denied, in the desktop a way to the popup. */
export function PendingPanel() {
  const { bridge, connection, ui } = useServices();
  const adding = useStore(ui, (state) => state.adding);
  const questions = useHub((data) => data.questions);
  const desktop = useHub((data) => data.hub?.desktop === true);
  const denies = useHub((data) => data.settings !== null && data.settings.consentDefault !== "allow");
  if (questions.length === 0) return null;
  if (bridge !== undefined) return <Elsewhere bridge={bridge} />;
  const waiting = questions.filter((question) => !adding || question.change === null);
  if (waiting.length === 0) return null;
  const deny = (id: string, reason: string): void => {
    connection
      .call("questions.answer", { id, answer: "deny", ...(reason.trim() === "" ? {} : { reason }) })
      .catch((error: unknown) => toast.error(failureOf(error).message));
  };
  return (
    <aside
      aria-label="Waiting for approval"
      className={`${PLACE} max-h-[80vh] w-108 max-w-[calc(100vw-32px)] space-y-2 overflow-y-auto p-2`}
    >
      {waiting.map((question) =>
        isAsked(question) ? (
          <QuestionCard
            key={question.id}
            question={question}
            desktop={desktop}
            onDeny={(reason) => deny(question.id, reason)}
          />
        ) : (
          <PendingQuestion
            key={question.id}
            question={question}
            desktop={desktop}
            denies={denies}
            onWithdraw={() => deny(question.id, "")}
          />
        ),
      )}
    </aside>
  );
}

/** Whether there is more to look at than a change's title. */
const isAsked = ({ call, pairing, held }: Question): boolean =>
  call !== null || pairing !== null || held !== null;

/** In the desktop's own window: how many questions its popup holds. */
function Elsewhere({ bridge }: { readonly bridge: Bridge }) {
  const count = useHub(
    (data) =>
      data.questions.filter(({ kind }) => kind === "call" || kind === "pair" || kind === "tool").length,
  );
  if (count === 0) return null;
  return (
    <aside
      aria-label="Waiting for approval"
      data-testid="in-popup"
      className={`${PLACE} flex items-center gap-3 py-2 pr-2 pl-3 text-sm`}
    >
      <Dot mark="text-warn-mark" moving />
      {count === 1 ? "A question waits in the popup." : `${count} questions wait in the popup.`}
      <Button size="sm" onClick={() => void bridge.showQuestions().catch(() => undefined)}>
        Show
      </Button>
    </aside>
  );
}
