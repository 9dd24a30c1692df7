import type { ControlClient } from "../../../shared/control-client.ts";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Question } from "../../../shared/model/question.ts";
import { consequencesOf } from "./changes.ts";
import type { Confirm } from "./confirm.ts";
import { changeText, type DialogText, questionText } from "./dialog-text.ts";

/**
 * Shows changes that others ask for (a browser, an edit of gatehouse.json) to the person, in the same dialogs, and
 * answers for them. A question that is answered elsewhere takes its dialog away. Returns the disposer.
 */
export function watchQuestions(
  client: ControlClient,
  confirm: Confirm,
  log: (line: string) => void,
): () => void {
  const open = new Map<string, AbortController>();
  let disposed = false;

  const show = async (question: Question): Promise<void> => {
    if (disposed || open.has(question.id) || (question.kind !== "server" && question.kind !== "config"))
      return;
    const withdrawal = new AbortController();
    open.set(question.id, withdrawal);
    try {
      const { verdict, checked } = await confirm(await textOf(client, question), withdrawal.signal);
      if (verdict === "withdrawn") return;
      if (verdict === "too-long") log(`question ${question.id} is too long to be shown whole; it was denied`);
      const answer = verdict === "approved" ? "approve" : "deny";
      const reason = verdict === "too-long" ? { reason: "too long to be shown whole in a dialog" } : {};
      await client.call("questions.answer", { id: question.id, answer, trust: checked, ...reason });
    } catch (error) {
      log(`question ${question.id}: ${sentenceOf(error)}`);
    } finally {
      open.delete(question.id);
    }
  };

  const disposers = [
    client.on("questionAsked", (question) => void show(question)),
    client.on("questionAnswered", ({ id }) => open.get(id)?.abort()),
  ];
  client.call("questions.list", {}).then(
    ({ pending }) => {
      for (const question of pending) void show(question);
    },
    (error: unknown) => log(`pending questions: ${sentenceOf(error)}`),
  );
  return () => {
    disposed = true;
    for (const dispose of disposers) dispose();
    for (const withdrawal of open.values()) withdrawal.abort();
  };
}

/** What would run is read off the change itself, so that nobody who asks can have another text shown. */
async function textOf(
  client: ControlClient,
  { change, launch, title, warnings }: Question,
): Promise<DialogText> {
  if (change === null) return questionText(title, launch, warnings);
  const consequences = await consequencesOf(client, change);
  const beware = [...new Set([...warnings, ...consequences.warnings])];
  return changeText(change, consequences.launch, beware, consequences.says);
}
