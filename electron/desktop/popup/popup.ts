/**
 * The consent popup without its window: what is asked, what is shown, and which answers count.
 *
 * Every answer passes `settle`: the window is visible, the screen unlocked, the question is the one that is shown at
 * the version that the person saw, and half a second has gone by since the window was opened, focused or moved on.
 */
import type { BroadcastData } from "../../../shared/contract.ts";
import type { ControlClient } from "../../../shared/control-client.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Choice, PopupAnswer, PopupMessage, PopupView } from "../../../shared/popup.ts";
import type { DesktopClock } from "../hub/clock.ts";
import { asSentence } from "../owner/sentence.ts";
import { createArming } from "./arming.ts";
import { createQueue, isOtherDecision, isPopupKind } from "./queue.ts";
import { answerFor } from "./verdict.ts";

/** The window, as far as the popup needs it. */
export interface PopupSurface {
  readonly visible: boolean;
  readonly focused: boolean;
  /** Shows the window where it belongs without taking the focus; creates it if there is none. */
  open(): void;
  /** Brings it to the front, with the focus. */
  focus(): void;
  hide(): void;
  /** Hands the page its view; nothing happens before the page has said that it is ready. */
  send(view: PopupView): void;
  /** Makes it as high as its page asks for, within the screen. */
  fit(height: number): void;
  /** The pointer's place in the page; null when it is elsewhere. */
  pointer(): PopupView["pointer"];
}

export interface PopupOptions {
  readonly surface: PopupSurface;
  readonly clock: DesktopClock;
  /** A clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  /** Whether the screen is locked at this moment. */
  readonly locked: () => boolean;
  /** Tells of a question that came while the popup was not in front. */
  readonly notify: (question: Question, total: number) => void;
  /** The number of open questions is another now. */
  readonly counted: (total: number) => void;
  readonly log: (line: string) => void;
}

export interface Popup {
  /** Shows the questions of a running hub; returns the disposer. */
  attach(client: ControlClient): () => void;
  /** Answers one message of the popup's own page. */
  hear(message: PopupMessage): Promise<PopupAnswer>;
  /** Brings the open question to the front; false when there is none. */
  bring(): boolean;
  /** The window got the focus. */
  focused(): void;
  /** The person wants to close the window: a deny. */
  closing(): void;
  /** The screen was locked or unlocked, or the machine woke. */
  lockChanged(): void;
}

/** How long it is told that somebody else has answered the last question, in milliseconds. */
const NOTICE_MS = 3_000;

/** A popup that shows nothing until a hub is attached. */
export function createPopup(options: PopupOptions): Popup {
  const { surface, clock, locked, log } = options;
  const queue = createQueue();
  const arming = createArming(options.monotonic);
  let client: ControlClient | undefined;
  let shown: { readonly question: Question; readonly version: number; fitted: boolean } | undefined;
  let version = 0;
  let notice: string | null = null;
  let answering: string | undefined;
  let cancelLinger: (() => void) | undefined;

  const send = (): void =>
    surface.send({
      question: shown?.question ?? null,
      version,
      total: queue.total,
      epoch: arming.epoch,
      quietMs: arming.remainingMs(),
      pointer: surface.pointer(),
      notice,
    });

  const leave = (): void => {
    notice = null;
    surface.hide();
  };

  const present = (): void => {
    options.counted(queue.total);
    cancelLinger?.();
    cancelLinger = undefined;
    const question = queue.current;
    if (question === undefined) {
      if (shown !== undefined) version += 1;
      shown = undefined;
      if (notice === null || !surface.visible) return leave();
      cancelLinger = clock.after(NOTICE_MS, leave);
      return send();
    }
    const before = shown;
    if (before?.question.id !== question.id || isOtherDecision(before.question, question)) {
      version += 1;
      shown = { question, version, fitted: false };
      arming.disturb();
    } else if (before.question !== question) {
      shown = { question, version, fitted: before.fitted };
    }
    if (locked()) return surface.hide();
    if (!surface.visible) {
      surface.open();
      arming.disturb();
    }
    send();
  };

  const put = (question: Question): void => {
    if (!isPopupKind(question)) return;
    const isNew = !queue.has(question.id);
    queue.put(question);
    present();
    if (isNew && !surface.focused && !locked()) options.notify(question, queue.total);
  };

  const drop = (id: string, why: string | null): void => {
    const wasShown = shown?.question.id === id;
    if (!queue.remove(id)) return;
    if (wasShown) notice = why;
    present();
  };

  const settle = async (choice: Choice): Promise<PopupAnswer> => {
    const refuse = (message: string): PopupAnswer => ({ ok: false, message });
    if (shown === undefined || client === undefined) return refuse("There is no open question.");
    if (!surface.visible) return refuse("The window is not shown.");
    if (locked()) return refuse("The screen is locked.");
    if (arming.remainingMs() > 0) return refuse("That was too soon to be read. Look again.");
    if (answering !== undefined) return refuse("An answer is on its way.");
    const { id } = shown.question;
    answering = id;
    try {
      await client.call("questions.answer", answerFor(shown.question, choice));
    } catch (error) {
      if (!(error instanceof GatehouseError)) log(`question ${id}: ${sentenceOf(error)}`);
      if (error instanceof GatehouseError && error.code === "not_found") {
        drop(id, "The last question had been answered already.");
        return { ok: true };
      }
      return refuse(errorText(error));
    } finally {
      answering = undefined;
    }
    drop(id, null);
    return { ok: true };
  };

  const answered = (told: BroadcastData<"questionAnswered">): void => {
    const question = shown?.question;
    const ours = told.id === answering || question?.id !== told.id;
    drop(told.id, ours ? null : elsewhere(question, told));
  };

  return {
    attach(given) {
      client = given;
      const disposers = [
        given.on("questionAsked", put),
        given.on("questionChanged", (question) => {
          if (queue.has(question.id)) put(question);
        }),
        given.on("questionAnswered", answered),
      ];
      given.call("questions.list", {}).then(
        ({ pending }) => {
          if (client === given) for (const question of pending) put(question);
        },
        (error: unknown) => log(`pending questions: ${sentenceOf(error)}`),
      );
      return () => {
        for (const dispose of disposers) dispose();
        if (client !== given) return;
        client = undefined;
        queue.clear();
        notice = null;
        present();
      };
    },
    async hear(message) {
      if (message.type === "ready") {
        send();
        return { ok: true };
      }
      if (message.version !== shown?.version)
        return { ok: false, message: "Something else is shown by now." };
      if (message.type === "choose") {
        if (message.question !== shown.question.id)
          return { ok: false, message: "Another question is shown by now." };
        return settle(message.choice);
      }
      // A window that changes its size moves its buttons: once for what is shown, and input waits again.
      if (!shown.fitted) {
        shown.fitted = true;
        surface.fit(message.height);
        arming.disturb();
        send();
      }
      return { ok: true };
    },
    bring() {
      if (shown === undefined || locked()) return false;
      surface.focus();
      return true;
    },
    focused() {
      arming.disturb();
      if (surface.visible) send();
    },
    closing() {
      if (shown === undefined) return leave();
      void settle({ answer: "deny" }).then((outcome) => {
        if (!outcome.ok) log(`closing the popup: ${outcome.message}`);
      });
    },
    lockChanged() {
      arming.disturb();
      if (locked()) surface.hide();
      else present();
    },
  };
}

function errorText(error: unknown): string {
  const advice = error instanceof GatehouseError ? error.advice : undefined;
  return [sentenceOf(error), ...(advice === undefined ? [] : [advice])].map(asSentence).join(" ");
}

/** What became of a question that was not answered here. */
function elsewhere(question: Question, { answer, by, withdrawn }: BroadcastData<"questionAnswered">): string {
  if (withdrawn !== undefined) return `The last question was taken back: ${withdrawn}.`;
  const verdict = answer === "deny" ? "denied" : question.kind === "call" ? "allowed" : "approved";
  return `The last question was ${verdict} ${by === "viewer" ? "in a browser" : "elsewhere"}.`;
}
