import type { MessageBoxOptions } from "electron";
import { dialogPages } from "./dialog-pages.ts";
import type { DialogText } from "./dialog-text.ts";

const LONGEST_MESSAGE = 200;

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
    const pages = text.message.length > LONGEST_MESSAGE ? undefined : dialogPages(text.detail, roomLines());
    if (pages === undefined) return "too-long";
    for (const [index, detail] of pages.entries()) {
      if (signal?.aborted) return "withdrawn";
      const last = index === pages.length - 1;
      const { response } = await showMessageBox({
        type: text.alarming ? "warning" : "question",
        title: "Gatehouse",
        message: pages.length === 1 ? text.message : `${text.message} (${index + 1} of ${pages.length})`,
        detail,
        buttons: ["Cancel", last ? text.approve : "Read on"],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
        ...(signal === undefined ? {} : { signal }),
      });
      if (signal?.aborted) return "withdrawn";
      if (response !== 1) return "refused";
    }
    return "approved";
  };
  return (text, signal) => {
    const turn = line.then(() => ask(text, signal));
    line = turn.catch(() => {});
    return turn;
  };
}
