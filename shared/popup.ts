/**
 * What the consent popup's page and the desktop's main process say to each other.
 *
 * Threat model: the page draws untrusted text, so it decides nothing. It tells main "the person chose X for question Q
 * as it was shown at version V"; main, which alone holds the owner's authority, takes that only from the popup's own
 * top frame, only while the window is visible, the screen unlocked and the question the one that is shown at that very
 * version, and only half a second after it was opened, focused or moved on. Main then answers the hub.
 */
import { z } from "zod";
import { answerSchema, questionSchema } from "./model/question.ts";

/** How long input is ignored after each opening, focus and advance, in milliseconds. */
export const QUIET_MS = 500;

/** What the person chose; which of these fit depends on the question's kind, and main checks that. */
export const choiceSchema = z.strictObject({
  answer: answerSchema,
  /** With a deny: what the model is told. */
  reason: z.string().max(1_000).optional(),
  /** With a lasting allow: the key of the narrowing or offer that was shown in words. */
  narrowing: z.string().optional(),
  /** With allow-once: the arguments to send instead, raw JSON. */
  arguments: z.string().max(16_000_000).optional(),
  /** With the approval of a pairing. */
  profile: z.string().nullable().optional(),
  name: z.string().max(200).optional(),
});
export type Choice = z.infer<typeof choiceSchema>;

export const popupMessageSchema = z.discriminatedUnion("type", [
  /** The page can show something: main sends the view. */
  z.strictObject({ type: z.literal("ready") }),
  /** The height that the page would like for what it shows, in CSS pixels; heard once for each version. */
  z.strictObject({ type: z.literal("fit"), version: z.int(), height: z.int().min(1).max(10_000) }),
  z.strictObject({
    type: z.literal("choose"),
    question: z.string(),
    version: z.int(),
    choice: choiceSchema,
  }),
]);
export type PopupMessage = z.infer<typeof popupMessageSchema>;

/** How main took a choice; `message` is a sentence for the person. */
export const popupAnswerSchema = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);
export type PopupAnswer = z.infer<typeof popupAnswerSchema>;

export const popupViewSchema = z.object({
  /** Null when nothing is asked any more; `notice` then says why, for a moment, before the window goes. */
  question: questionSchema.nullable(),
  /** Grows whenever another question, or another state of the same, is shown. */
  version: z.int(),
  /** Open questions, the shown one included. */
  total: z.int(),
  /** Grows with every opening, focus and advance: input is ignored anew. */
  epoch: z.int(),
  /** For how much longer input is ignored, in milliseconds. */
  quietMs: z.number(),
  /** Where the pointer is, in CSS pixels of the page; null when outside. */
  pointer: z.object({ x: z.number(), y: z.number() }).nullable(),
  /** What became of the question before, where somebody else has answered it. */
  notice: z.string().nullable(),
});
export type PopupView = z.infer<typeof popupViewSchema>;

/** What the preload exposes to the popup's page as `window.gatehousePopup`. */
export interface PopupBridge {
  /** Told every view, beginning with the present one; returns the disposer. */
  onView(listener: (view: unknown) => void): () => void;
  fit(version: number, height: number): void;
  choose(question: string, version: number, choice: Choice): Promise<PopupAnswer>;
}
