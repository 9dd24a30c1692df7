/** What the hub says is wrong with itself, in the form in which the window tells it. Pure. */
import type { Searched } from "../../shared/model/call.ts";
import { type Problem, RECORDING_STOPS, type RecordingStop } from "../../shared/model/problem.ts";
import { asSentence } from "./sentence.ts";

/** One thing that is told across the top of the window. */
export interface Notice {
  readonly code: string;
  readonly tone: "bad" | "warn" | "info";
  readonly title: string;
  /** Sentences of the hub's: what has happened, and more that belongs to it. */
  readonly texts: readonly string[];
  readonly advice: string | null;
  /** Only what has passed or harms nothing can be put away; it comes back when it is told anew. */
  readonly dismissible: boolean;
  /** Share that is done, 0 to 1, of what takes a while. */
  readonly done?: number;
}

const STOPS: ReadonlySet<string> = new Set<RecordingStop>(RECORDING_STOPS);
const UNRECORDED = "calls_unrecorded";
const LOST = "history_lost";
const SHORTENED = "history_shortened";
const LOSSES: ReadonlySet<string> = new Set([LOST, SHORTENED]);

const TITLES: Readonly<Record<string, string>> = {
  recording_failed: "Calls are not being recorded",
  storage_read_only: "Calls are not being recorded",
  storage_newer: "Calls are not being recorded",
  database_damaged: "The call history is damaged",
  [LOST]: "The call history was lost",
  [SHORTENED]: "The newest calls of the history were lost",
  disk_low: "The disk is full",
  history_key_unavailable: "New calls are not protected against changes yet",
  [UNRECORDED]: "Calls were answered without a record",
};

/** What keeps calls from being recorded now; undefined: nothing does. */
export const recordingStop = (problems: readonly Problem[]): Problem | undefined =>
  problems.find(({ code }) => STOPS.has(code));

/** The notices of these problems and of an index that is being made, the gravest first. */
export function noticesOf(problems: readonly Problem[], indexing: Searched | null): Notice[] {
  const stop = recordingStop(problems);
  const unrecorded = problems.find(({ code }) => code === UNRECORDED);
  const notices = problems
    // While recording stands still, how many have gone unrecorded belongs to why.
    .filter((problem) => problem !== unrecorded || stop === undefined)
    .map((problem): Notice => {
      const { code, message, advice } = problem;
      const title = TITLES[code];
      return {
        code,
        tone: STOPS.has(code) || code === "database_damaged" || LOSSES.has(code) ? "bad" : "warn",
        title: title ?? asSentence(message),
        texts: [
          ...(title === undefined ? [] : [message]),
          ...(problem === stop && unrecorded !== undefined ? [unrecorded.message] : []),
        ],
        advice,
        dismissible: code === UNRECORDED || LOSSES.has(code),
      };
    });
  if (indexing !== null) notices.push(indexNotice(indexing));
  const weight = { bad: 0, warn: 1, info: 2 };
  return notices.sort((a, b) => weight[a.tone] - weight[b.tone]);
}

function indexNotice({ through, of }: Searched): Notice {
  return {
    code: "indexing",
    tone: "info",
    title: "The search index is being made",
    texts: ["Calls are recorded as ever; a search for a text finds the older ones once they are indexed."],
    advice: null,
    dismissible: true,
    done: of === 0 ? 1 : through / of,
  };
}

/** What identifies a notice that was put away: told anew with other words it is another one. */
export const noticeKey = ({ code, texts }: Notice): string => [code, ...texts].join("\n");

/**
 * What a screen reader says politely after a change: what has come up that is no alert, and what is over. Alerts speak
 * for themselves. "": nothing.
 */
export function spokenChange(before: readonly Notice[], after: readonly Notice[]): string {
  const had = new Set(before.map(({ code }) => code));
  const has = new Set(after.map(({ code }) => code));
  return [
    ...after
      .filter(({ code, tone }) => tone !== "bad" && !had.has(code))
      .map(({ title }) => asSentence(title)),
    ...before.filter(({ code }) => !has.has(code)).map(({ title }) => asSentence(`Over: ${title}`)),
  ].join(" ");
}
