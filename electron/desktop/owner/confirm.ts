import type { MessageBoxOptions } from "electron";
import { dialogPages } from "./dialog-pages.ts";
import type { DialogText } from "./dialog-text.ts";

const LONGEST_MESSAGE = 200;

/** Lines that a checkbox takes away from the detail above it. */
const CHECKBOX_LINES = 3;

/** Shows a native message box (on the window, when it is there) and tells what was pressed and checked in it. */
export type ShowMessageBox = (
  options: MessageBoxOptions,
) => Promise<{ response: number; checkboxChecked: boolean }>;

/** What a person said: a dialog that was closed, or taken back by its signal, is no approval. */
export type Verdict = "approved" | "refused" | "withdrawn" | "too-long";

/** The verdict, and whether the text's checkbox was checked with an approval. */
export interface Confirmation {
  readonly verdict: Verdict;
  readonly checked: boolean;
}

/** Asks in a native dialog with Cancel as its default; dialogs wait for one another. */
export type Confirm = (text: DialogText, signal?: AbortSignal) => Promise<Confirmation>;

const without = (verdict: Verdict): Confirmation => ({ verdict, checked: false });

/** Creates the one line of dialogs of this app; `roomLines` is how many lines of detail fit on the screen now. */
export function createConfirm(showMessageBox: ShowMessageBox, roomLines: () => number): Confirm {
  let line: Promise<unknown> = Promise.resolve();
  const ask = async (text: DialogText, signal: AbortSignal | undefined): Promise<Confirmation> => {
    const room = roomLines() - (text.checkbox === undefined ? 0 : CHECKBOX_LINES);
    const pages = text.message.length > LONGEST_MESSAGE ? undefined : dialogPages(text.detail, room);
    if (pages === undefined) return without("too-long");
    let checked = false;
    for (const [index, detail] of pages.entries()) {
      if (signal?.aborted) return without("withdrawn");
      const last = index === pages.length - 1;
      const { response, checkboxChecked } = await showMessageBox({
        type: text.alarming ? "warning" : "question",
        title: "Gatehouse",
        message: pages.length === 1 ? text.message : `${text.message} (${index + 1} of ${pages.length})`,
        detail,
        buttons: ["Cancel", last ? text.approve : "Read on"],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
        ...(last && text.checkbox !== undefined
          ? { checkboxLabel: text.checkbox, checkboxChecked: false }
          : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      if (signal?.aborted) return without("withdrawn");
      if (response !== 1) return without("refused");
      checked = last && text.checkbox !== undefined && checkboxChecked === true;
    }
    return { verdict: "approved", checked };
  };
  return (text, signal) => {
    const turn = line.then(() => ask(text, signal));
    line = turn.catch(() => {});
    return turn;
  };
}
