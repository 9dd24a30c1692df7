import { Notification } from "electron";
import type { Question } from "../../../shared/model/question.ts";
import { notificationText } from "./notification-text.ts";

/** Shows one notification at a time; pressing it brings the popup to the front. */
export function createNotifier(pressed: () => void): (question: Question, total: number) => void {
  let last: Notification | undefined;
  return (question, total) => {
    if (!Notification.isSupported()) return;
    last?.close();
    last = new Notification({ ...notificationText(question, total), silent: true });
    last.on("click", pressed);
    last.show();
  };
}
