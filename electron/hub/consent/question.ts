import type { Offer } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import type { Call } from "../pipeline/call.ts";
import { exactHash, isEditable, parsedArguments, shownArguments, shownText } from "./asked-call.ts";
import { elicitedHost } from "./elicited-host.ts";

/** What the server itself says of a tool or prompt: its own claims. */
export interface ServerClaims {
  readonly title: string | null;
  readonly description: string | null;
  readonly annotations: Record<string, unknown> | null;
}

/** What is known of a call that asks, besides the call. */
export interface QuestionFacts {
  readonly id: string;
  readonly claims: ServerClaims;
  readonly why: string;
  readonly narrowings: Offer[];
  readonly offer: Offer | null;
  /** ISO 8601. */
  readonly askedAt: string;
  readonly deadline: string;
}

/** A call as the question that a person sees. */
export function callQuestion(call: Call, facts: QuestionFacts): Question {
  const raw = shownArguments(call);
  const server = call.route?.server ?? null;
  const target = call.ownKey ?? call.target.value;
  const { claims } = facts;
  const host = elicitedHost(call.method, raw);
  return {
    id: facts.id,
    kind: "call",
    client: call.client.name,
    server,
    tool: target,
    arguments: parsedArguments(raw),
    askedAt: facts.askedAt,
    deadline: facts.deadline,
    title: titleOf(call.method, call.client.name, target, server ?? ""),
    change: null,
    launch: null,
    warnings: host === undefined ? [] : [`It wants the person to open a page at ${host}`],
    call: {
      method: call.method,
      project: call.project,
      session: call.session.stored.label || null,
      title: claims.title,
      description: claims.description,
      annotations: claims.annotations,
      argumentsText: shownText(raw),
      argumentsBytes: raw.length,
      hash: exactHash(call),
      why: facts.why,
      previousText: null,
      waiting: 1,
      narrowings: facts.narrowings,
      offer: facts.offer,
      editable: isEditable(call.method),
    },
    pairing: null,
    held: null,
  };
}

function titleOf(method: string, client: string, target: string, server: string): string {
  const shown = target.slice(0, 300);
  switch (method) {
    case "tools/call":
      return `${client} wants to call ${shown} on ${server}`;
    case "prompts/get":
      return `${client} wants the prompt ${shown} of ${server}`;
    case "resources/read":
      return `${client} wants to read ${shown} on ${server}`;
    case "sampling/createMessage":
      return `The server ${server} wants ${client} to ask its model`;
    case "elicitation/create":
      return `The server ${server} wants to ask the person at ${client}`;
    default:
      return `${client} wants ${method} of ${shown} on ${server}`;
  }
}
