import type { MessageBoxOptions } from "electron";
import { type DialogText, fitsDialog } from "./dialog-text.ts";

/** Shows a native message box (on the window, when it is there) and tells which button was pressed. */
export type ShowMessageBox = (options: MessageBoxOptions) => Promise<{ response: number }>;

/** What a person said: a dialog that was closed, or taken back by its signal, is no approval. */
export type Verdict = "approved" | "refused" | "withdrawn" | "too-long";

/** Asks in a native dialog with Cancel as its default; dialogs wait for one another. */
export type Confirm = (text: DialogText, signal?: AbortSignal) => Promise<Verdict>;

/** Creates the one line of dialogs of this app; `roomLines` is how many lines of detail fit on the screen now. */
export function createConfirm(showMessageBox: ShowMessageBox, roomLines: () => number): Confirm {
  let line: Promise<unknown> = Promise.resolve();
  const ask = async (text: DialogText, signal: AbortSignal | undefined): Promise<Verdict> => {
    if (signal?.aborted) return "withdrawn";
    if (!fitsDialog(text, roomLines())) return "too-long";
    const { response } = await showMessageBox({
      type: text.alarming ? "warning" : "question",
      title: "Gatehouse",
      message: text.message,
      detail: text.detail,
      buttons: ["Cancel", text.approve],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      ...(signal === undefined ? {} : { signal }),
    });
    if (signal?.aborted) return "withdrawn";
    return response === 1 ? "approved" : "refused";
  };
  return (text, signal) => {
    const turn = line.then(() => ask(text, signal));
    line = turn.catch(() => {});
    return turn;
  };
}
