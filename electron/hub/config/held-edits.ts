import type { Broadcaster } from "../control/broadcaster.ts";
import type { Questions } from "../control/questions.ts";

interface HeldEditDeps {
  readonly questions: Questions;
  readonly broadcaster: Broadcaster;
  readonly confirm: () => void;
  readonly reject: () => void;
}

/** Turns a held hand edit of gatehouse.json into a question for the owner, and withdraws it when the edit is gone. */
export function createHeldEdits(deps: HeldEditDeps): (reasons: readonly string[]) => void {
  let open: string | undefined;
  return (reasons) => {
    if (open !== undefined && deps.questions.withdraw(open))
      deps.broadcaster.emit("questionAnswered", { id: open, answer: "deny", by: "owner" });
    open = undefined;
    if (reasons.length === 0) return;
    const question = deps.questions.ask(
      {
        change: null,
        title: "Take over an edit of gatehouse.json",
        launch: null,
        warnings: [...reasons],
      },
      (allowed) => {
        open = undefined;
        if (allowed) deps.confirm();
        else deps.reject();
      },
    );
    open = question.id;
    deps.broadcaster.emit("questionAsked", question);
  };
}
