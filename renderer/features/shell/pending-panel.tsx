import { toast } from "sonner";
import { useStore } from "zustand";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { PendingQuestion } from "../../ui/pending-question.tsx";

/** Changes that wait for approval, in a corner, while there is no native dialog to ask in. */
export function PendingPanel() {
  const { bridge, connection, ui } = useServices();
  const adding = useStore(ui, (state) => state.adding);
  const questions = useHub((data) => data.questions);
  const desktop = useHub((data) => data.hub?.desktop === true);
  const denies = useHub((data) => data.settings !== null && data.settings.consentDefault !== "allow");
  const waiting = questions.filter((question) => question.change !== null);
  if (bridge !== undefined || adding || waiting.length === 0) return null;
  return (
    <aside
      aria-label="Waiting for approval"
      className="anim-rise fixed right-4 bottom-4 z-30 max-h-[70vh] w-90 space-y-2 overflow-y-auto rounded-xl bg-raised p-2 shadow-pop"
    >
      {waiting.map((question) => (
        <PendingQuestion
          key={question.id}
          question={question}
          desktop={desktop}
          denies={denies}
          onWithdraw={() =>
            connection
              .call("questions.answer", { id: question.id, answer: "deny" })
              .catch((error: unknown) => toast.error(failureOf(error).message))
          }
        />
      ))}
    </aside>
  );
}
