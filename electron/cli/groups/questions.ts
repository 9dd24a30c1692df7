import { Argument } from "commander";
import { type Answer, answerSchema } from "../../../shared/model/question.ts";
import { type AnswerOptions, answer, pending } from "../commands/questions.ts";
import type { Group, Json } from "./group.ts";

/** Adds consent without a window. */
export function addQuestionCommands({ program, context, jsonOption }: Group): void {
  program
    .command("pending")
    .description("show what waits for an answer")
    .addOption(jsonOption())
    .action((options: Json) => pending(context(), options));

  program
    .command("answer")
    .description("answer a waiting question")
    .argument("<id>", "as `gatehouse pending` shows it")
    .addArgument(
      new Argument("<answer>", "`approve` is for questions that are not calls").choices(answerSchema.options),
    )
    .option("--reason <text>", "told to the client")
    .option("--narrow <key>", "with a lasting allow: one of the narrowings that `gatehouse pending` shows")
    .option("--arguments <json>", "with an allow of a call: send these arguments instead")
    .option("--profile <name>", "with approve of a client that connects: the profile it sees")
    .option("--no-profile", "with approve of a client that connects: it sees everything")
    .option("--name <name>", "with approve of a client that connects: what it is called here")
    .option("--trust", "with approve of a new server: let clients call its tools without asking")
    .action((id: string, given: Answer, options: AnswerOptions) => answer(context(), id, given, options));
}
