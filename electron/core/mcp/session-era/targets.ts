import type { Envelope, Member, Span } from "../../jsonrpc/envelope.ts";
import { decodeString, membersOf } from "../../jsonrpc/json.ts";

/** What a request is about: the value that names it, where it stands in the message, and in which list it is sought. */
export interface Target {
  readonly space: "tools" | "prompts" | "uri" | "tasks";
  readonly value: string;
  readonly span: Span;
}

/** The requests that go to the one server that has what they name. */
const RELAYED: Readonly<Record<string, { readonly member: string; readonly space: Target["space"] }>> = {
  "tools/call": { member: "name", space: "tools" },
  "prompts/get": { member: "name", space: "prompts" },
  "resources/read": { member: "uri", space: "uri" },
  "resources/subscribe": { member: "uri", space: "uri" },
  "resources/unsubscribe": { member: "uri", space: "uri" },
  "completion/complete": { member: "ref", space: "uri" },
  "tasks/get": { member: "taskId", space: "tasks" },
  "tasks/result": { member: "taskId", space: "tasks" },
  "tasks/update": { member: "taskId", space: "tasks" },
  "tasks/cancel": { member: "taskId", space: "tasks" },
};

/** Whether a request of this method goes to the server that has what it names. */
export function isRelayed(method: string): boolean {
  return Object.hasOwn(RELAYED, method);
}

/** Finds the target of a relayed request; a sentence when it is missing or not a string. */
export function readTarget(bytes: Uint8Array, envelope: Envelope): Target | string {
  const { method } = envelope;
  const rule = Object.hasOwn(RELAYED, method) ? RELAYED[method] : undefined;
  if (rule === undefined) return `${method} names nothing`;
  const span = spanOf(envelope.paramsMembers, rule.member);
  if (rule.member === "ref") return readReference(bytes, span);
  if (span === undefined || bytes[span.start] !== 0x22)
    return `${method} needs a string in params.${rule.member}`;
  return { space: rule.space, value: decodeString(bytes, span), span };
}

/** completion/complete: a reference to a prompt by name, or to a resource template by URI (MCP, Completion). */
function readReference(bytes: Uint8Array, ref: Span | undefined): Target | string {
  const needed = "completion/complete needs params.ref, a reference to a prompt or a resource";
  if (ref === undefined || bytes[ref.start] !== 0x7b) return needed;
  const members = membersOf(bytes, ref);
  const text = (key: string): { value: string; span: Span } | undefined => {
    const span = spanOf(members, key);
    return span !== undefined && bytes[span.start] === 0x22
      ? { value: decodeString(bytes, span), span }
      : undefined;
  };
  const type = text("type")?.value;
  const found = type === "ref/prompt" ? text("name") : type === "ref/resource" ? text("uri") : undefined;
  if (found === undefined) return needed;
  return { space: type === "ref/prompt" ? "prompts" : "uri", ...found };
}

function spanOf(members: readonly Member[], key: string): Span | undefined {
  return members.find((member) => member.key === key)?.value;
}
