import type { Rule } from "../../../shared/model/rule.ts";

/** What the server itself says of a tool (MCP, ToolAnnotations); what it leaves out has MCP's defaults. */
export interface Claims {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly openWorld: boolean;
}

/** MCP's defaults: what holds of a tool whose server says nothing. */
export const NO_CLAIMS: Claims = { readOnly: false, destructive: true, idempotent: false, openWorld: true };

/** Reads a tool's annotations (MCP, ToolAnnotations); what is no boolean counts as not said. */
export function claimsIn(annotations: Readonly<Record<string, unknown>> | null): Claims {
  const said = (hint: string, otherwise: boolean): boolean =>
    typeof annotations?.[hint] === "boolean" ? annotations[hint] : otherwise;
  return {
    readOnly: said("readOnlyHint", NO_CLAIMS.readOnly),
    destructive: said("destructiveHint", NO_CLAIMS.destructive),
    idempotent: said("idempotentHint", NO_CLAIMS.idempotent),
    openWorld: said("openWorldHint", NO_CLAIMS.openWorld),
  };
}

/** What a rule may look at. */
export interface PolicyCall {
  /** The client's id; null for an anonymous caller. */
  readonly clientId: string | null;
  /** The client's registered name, never what it calls itself; "" for an anonymous caller. */
  readonly client: string;
  readonly profile: string;
  /** The client's project folder, absolute, without a slash at its end; "" where it told none. */
  readonly project: string;
  readonly server: string;
  readonly method: string;
  /** The tool's own name at its server, never the prefixed one; "" for anything but a tool. */
  readonly tool: string;
  readonly claims: Claims;
  /** Raw JSON of the arguments, undefined without any; looked at only where something has to see them. */
  readonly arguments: () => Uint8Array | undefined;
}

/** Where a server runs, as far as its paths mean this machine's. */
export type Whereabouts = "local" | "remote" | "container";

/** What has to be known of the machine and of the server to read a path. */
export interface PathFacts {
  /** As process.platform names it; "win32" has other paths. */
  readonly platform: string;
  /** Whether names that differ in case are one; undefined: it cannot be told. */
  readonly caseInsensitive: boolean | undefined;
  /** The person's home folder, absolute. */
  readonly home: string;
  readonly where: Whereabouts;
  /** The server's working folder, absolute; undefined when it is not known. */
  readonly cwd: string | undefined;
  /** The client's project folder; undefined when it told none. */
  readonly project: string | undefined;
  /**
   * The path with every link resolved: of its deepest part that exists, with the rest after it; a link that leads
   * nowhere counts by its target. Gets an absolute path without "." and ".."; undefined when it cannot be told.
   */
  real(path: string): string | undefined;
}

/** A tool that the session has used. */
export interface PastUse {
  readonly server: string;
  readonly tool: string;
  /** Its answer was content that may come from anybody: the tool is open to the world, as far as its server says. */
  readonly untrusted: boolean;
}

/** What is known besides the call itself. Functions and getters are only used where a rule needs them. */
export interface PolicyFacts extends PathFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the session has used so far; undefined when that cannot be told. */
  readonly history: Iterable<PastUse> | undefined;
  /** Whether a rule of scope `once` or `session` is in force for this call. Without it, none that allows is. */
  readonly inForce?: (rule: Rule) => boolean;
}

export type Outcome = Rule["decision"];

/** What was decided about a call. */
export interface Decision {
  readonly decision: Outcome;
  /** Names what decided, for the log and for the person: "rules[2]", "consent.default", "built-in: own home". */
  readonly by: string;
  /** The id of the rule that decided, if it has one. */
  readonly ruleId: string | null;
  /** Why, as a sentence for the person; foreign text is quoted. Made when it is read. */
  readonly why: string;
}

/**
 * What a rule's test says of a call. `absent`: what it looks at is not there. `unknown`: it cannot be told, so that an
 * allow does not hold and a deny does.
 */
export interface Verdict {
  readonly match: "yes" | "no" | "absent" | "unknown";
  readonly why: () => string;
}
