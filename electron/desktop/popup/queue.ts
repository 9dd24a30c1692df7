import type { Question } from "../../../shared/model/question.ts";

/** The kinds that the popup asks; the others have native dialogs. */
export const isPopupKind = (question: Question): boolean =>
  question.kind === "call" || question.kind === "pair" || question.kind === "tool";

/** Whether nobody waits for the answer any more: it is still open for a late allow. */
const isLate = ({ call }: Question): boolean => call?.waiting === 0;

/** The open questions in their order: what is waited for goes before what is late, and else the first stays shown. */
export interface QuestionQueue {
  readonly current: Question | undefined;
  readonly total: number;
  has(id: string): boolean;
  /** Adds a question at the end, or renews one that is there. */
  put(question: Question): void;
  /** True if it was there. */
  remove(id: string): boolean;
  clear(): void;
}

/** Creates an empty queue. */
export function createQueue(): QuestionQueue {
  const open = new Map<string, Question>();
  return {
    get current() {
      let late: Question | undefined;
      for (const question of open.values()) {
        if (!isLate(question)) return question;
        late ??= question;
      }
      return late;
    },
    get total() {
      return open.size;
    },
    has: (id) => open.has(id),
    put(question) {
      if (isPopupKind(question)) open.set(question.id, question);
    },
    remove: (id) => open.delete(id),
    clear: () => open.clear(),
  };
}

/** Whether the person would decide about something else: not when only more calls wait or the time was moved. An answer to the last call that waited is another one than a late allow. */
export function isOtherDecision(shown: Question, now: Question): boolean {
  return withoutClock(shown) !== withoutClock(now);
}

function withoutClock(question: Question): string {
  const { deadline: _, call, ...rest } = question;
  return JSON.stringify([rest, call === null ? null : { ...call, waiting: call.waiting > 0 }]);
}
