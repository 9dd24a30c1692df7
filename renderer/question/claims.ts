/** What a server says of its own tool, in words; nothing of it is checked. */
export interface Claim {
  readonly words: string;
  /** A claim that asks for care; one that calms is never shown as good news. */
  readonly careful: boolean;
}

const KNOWN: Readonly<Record<string, readonly [yes: Claim, no: Claim]>> = {
  readOnlyHint: [
    { words: "only reads", careful: false },
    { words: "may change things", careful: true },
  ],
  destructiveHint: [
    { words: "may destroy", careful: true },
    { words: "destroys nothing", careful: false },
  ],
  idempotentHint: [
    { words: "repeating it changes nothing more", careful: false },
    { words: "repeating it acts again", careful: false },
  ],
  openWorldHint: [
    { words: "reaches beyond this machine", careful: true },
    { words: "stays within its own world", careful: false },
  ],
};

/** The known claims in words, and the members of which nobody knows what they say. */
export function claimsOf(annotations: Readonly<Record<string, unknown>> | null): {
  readonly claims: readonly Claim[];
  readonly others: Readonly<Record<string, unknown>>;
} {
  const claims: Claim[] = [];
  const others: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(annotations ?? {})) {
    const known = Object.hasOwn(KNOWN, key) ? KNOWN[key] : undefined;
    if (known !== undefined && typeof value === "boolean") claims.push(known[value ? 0 : 1]);
    else if (key !== "title") others[key] = value;
  }
  return { claims, others };
}

/** What a call would do, as the beginning of a sentence: "wants to call a tool of". */
export function deedOf(method: string): string {
  switch (method) {
    case "tools/call":
      return "wants to call a tool of";
    case "resources/read":
      return "wants to read a resource of";
    case "resources/subscribe":
      return "wants to follow a resource of";
    case "prompts/get":
      return "wants a prompt of";
    case "completion/complete":
      return "wants suggestions of";
    case "sampling/createMessage":
      return "is to let its model write for";
    case "elicitation/create":
      return "is to ask you something for";
    default:
      return "wants something of";
  }
}
