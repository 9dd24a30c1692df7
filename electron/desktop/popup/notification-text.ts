import type { Question } from "../../../shared/model/question.ts";
import { visible } from "../owner/visible.ts";

/** What a notification says of a question. It has no button: what is decided is decided where all of it is shown. */
export function notificationText(question: Question, total: number): { title: string; body: string } {
  const client = question.client === null ? "A client" : visible(question.client).slice(0, 60);
  const server = question.server === null ? "a server" : visible(question.server).slice(0, 60);
  const more = total > 1 ? ` ${total} questions wait.` : "";
  switch (question.kind) {
    case "pair":
      return { title: "A program asks to connect", body: `Answer in Gatehouse's popup.${more}` };
    case "tool":
      return { title: `${server} has changed`, body: `Look at it in Gatehouse's popup.${more}` };
    default:
      return { title: `${client} asks to use ${server}`, body: `Answer in Gatehouse's popup.${more}` };
  }
}
