import type { Pairing } from "../../../shared/model/consent.ts";
import type { Answer, Question } from "../../../shared/model/question.ts";
import { visible, visibleLines } from "../escape.ts";
import { heldText } from "../held-text.ts";
import { relativeTime } from "../times.ts";
import { callLines } from "./call-questions.ts";
import type { Context } from "./context.ts";

/** `pending`: what waits for an answer, with everything that one must know to give it. */
export async function pending(context: Context, options: { json?: true }): Promise<void> {
  const found = await context.hub("running", (hub) => hub.call("questions.list", {}));
  if (options.json) context.json(found);
  else if (found.pending.length === 0) context.io.out("Nothing waits for an answer.\n");
  else context.io.out(found.pending.map((question) => questionText(context, question)).join("\n"));
}

function questionText({ paint, io }: Context, question: Question): string {
  const { launch } = question;
  const lines = [
    `${paint.bold(visible(question.id))}  ${question.kind}  asked ${relativeTime(question.askedAt, io.now())}`,
    `  ${visible(question.title)}`,
    ...[`client ${question.client}`, `server ${question.server}`, `tool ${question.tool}`]
      .filter((line) => !line.endsWith(" null"))
      .map((line) => `  ${visible(line)}`),
  ];
  if (question.pairing !== null && question.pairing !== undefined)
    lines.push(...pairingLines(question.pairing));
  lines.push(...callLines(question, io.now()));
  // A call's are shown as they are, to the last digit.
  if ((question.call ?? null) === null && (question.arguments ?? null) !== null)
    lines.push(
      ...visibleLines(JSON.stringify(question.arguments, null, 2))
        .split("\n")
        .map((line) => `  ${line}`),
    );
  if (launch !== null) {
    const what =
      launch.command === null ? (launch.url ?? "") : [launch.command, ...launch.args].map(shown).join(" ");
    lines.push(`  would run: ${visible(what)}`);
    if (launch.cwd !== null) lines.push(`  in: ${visible(launch.cwd)}`);
    const names = [...launch.envNames, ...launch.headerNames];
    if (names.length > 0) lines.push(`  with: ${visible(names.join(", "))}`);
  }
  for (const warning of question.warnings) lines.push(`  ${paint.red("beware:")} ${visible(warning)}`);
  const held = (question.held ?? []).map((each) => heldText(each, paint, io.now()).replace(/^(?=.)/gm, "  "));
  return `${[...lines, ...held].join("\n").trimEnd()}\n`;
}

/** What the system says first: it is not a claim. */
function pairingLines(pairing: Pairing): string[] {
  const { process, claimedName, clientUrl, redirectUri, suggestedName, choices } = pairing;
  const program =
    process === null
      ? "not known to the system"
      : `${process.executable ?? process.name ?? "?"} (process ${process.pid}${process.user === null ? "" : `, user ${process.user}`})`;
  const seen = choices.map(({ profile, seen: { servers, tools, resources, prompts } }) => {
    const what = `${servers.length} servers, ${tools} tools, ${resources} resources, ${prompts} prompts`;
    return `  ${profile === null ? "with --no-profile" : `with --profile ${profile}`} it sees: ${what}`;
  });
  return [
    `  program: ${program}`,
    `  calls itself: ${JSON.stringify(claimedName)}`,
    ...(clientUrl === null ? [] : [`  described by: ${clientUrl}`]),
    `  returns to: ${redirectUri}`,
    `  name it gets: ${suggestedName} (another: --name NAME)`,
    ...seen,
  ].map(visible);
}

/** An argument so that its borders can be seen. */
const shown = (word: string): string => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : JSON.stringify(word));

export interface AnswerOptions {
  readonly reason?: string;
  readonly trust?: true;
  readonly narrow?: string;
  readonly arguments?: string;
  /** False: none, so that it sees everything. */
  readonly profile?: string | false;
  readonly name?: string;
}

/** `answer ID ANSWER`. */
export async function answer(
  context: Context,
  id: string,
  given: Answer,
  options: AnswerOptions,
): Promise<void> {
  const { reason, trust, narrow, arguments: edited, profile, name } = options;
  await context.hub("running", (hub) =>
    hub.call("questions.answer", {
      id,
      answer: given,
      ...(reason === undefined ? {} : { reason }),
      ...(trust ? { trust } : {}),
      ...(narrow === undefined ? {} : { narrowing: narrow }),
      ...(edited === undefined ? {} : { arguments: edited }),
      ...(profile === undefined ? {} : { profile: profile === false ? null : profile }),
      ...(name === undefined ? {} : { name }),
    }),
  );
  context.io.out(`Answered ${visible(id)}: ${given}.\n`);
}
