/**
 * Quitting with calls under way: they may finish, and the person sees that they are waited for, and may decide not to.
 */
import type { HubDraining } from "../../../shared/contract.ts";
import type { ShowMessageBox } from "../owner/confirm.ts";

/** How long calls may take once the person has quit, in seconds. */
const PATIENCE_SECONDS = 30;
/** The same when the machine shuts down, or the person logs off: systems end by force what is slow then. */
const SHUTDOWN_SECONDS = 2;

export interface QuitDeps {
  /** Ends the hub; said again with less, it is given less. */
  readonly stopHub: (drainSeconds: number) => Promise<void>;
  /** Asks whether to quit now, until the signal takes the question back; resolves with whether that was chosen. */
  readonly ask: (words: string, signal: AbortSignal) => Promise<boolean>;
  /** Starts quitting as if the person had chosen it. */
  readonly quit: () => void;
}

export interface Quit {
  /** Resolves when the hub has ended. */
  end(): Promise<void>;
  /** Nobody waits for calls any more. */
  hurry(): void;
  /** The machine goes down: quits, with a short wait. */
  goingDown(): void;
  /** The hub has told how much it still waits for. */
  draining(left: HubDraining): void;
}

/** Creates the one quitting of this app. */
export function createQuit({ stopHub, ask, quit }: QuitDeps): Quit {
  let patience = PATIENCE_SECONDS;
  let ended: AbortController | undefined;
  let asked = false;
  const stop = (seconds: number): void => {
    // It has been asked to end already, whose result is waited for; this only shortens it.
    stopHub(seconds).catch(() => {});
  };
  return {
    async end() {
      ended = new AbortController();
      try {
        await stopHub(patience);
      } finally {
        ended.abort();
      }
    },
    hurry: () => stop(0),
    goingDown() {
      patience = SHUTDOWN_SECONDS;
      asked = true;
      if (ended === undefined) quit();
      else stop(SHUTDOWN_SECONDS);
    },
    draining(left) {
      if (ended === undefined || ended.signal.aborted || asked) return;
      asked = true;
      ask(drainWords(left), ended.signal).then(
        (now) => {
          if (now) stop(0);
        },
        () => {},
      );
    },
  };
}

/** Asks in a native dialog that goes away by itself when the calls are done. */
export function createAskToQuit(showMessageBox: ShowMessageBox): QuitDeps["ask"] {
  return async (words, signal) => {
    const { response } = await showMessageBox({
      type: "question",
      title: "Gatehouse",
      message: `${words}. Quit now?`,
      detail: `Gatehouse quits when they are done, in ${PATIENCE_SECONDS} seconds at the latest. If it quits now, they fail.`,
      buttons: ["Wait", "Quit Now"],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      signal,
    });
    return response === 1 && !signal.aborted;
  };
}

/** What the hub waits for, in words: "2 calls are still running, 1 of them waits for an answer". */
export function drainWords({ calls, questions }: Pick<HubDraining, "calls" | "questions">): string {
  const running = `${calls} ${calls === 1 ? "call is" : "calls are"} still running`;
  const waiting = `${questions} ${questions === 1 ? "question waits" : "questions wait"} for an answer`;
  if (questions === 0) return running;
  return calls <= questions ? waiting : `${running}, and ${waiting}`;
}
