import { z } from "zod";

/**
 * A glob: `*` is any run of characters, `?` one. Case matters, except for clients, whose names are unique without it.
 */
const globSchema = z
  .string()
  .max(1_000)
  .regex(/^[^\x00-\x1f\x7f]*$/, "must not hold control characters");

/** A value of JSON, as a rule compares it with an argument. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Whether every number in a value is the one that was written: JSON.parse rounds long ones. */
function isExact(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isExact);
}

const jsonSchema = z
  .custom<JsonValue>((value) => value !== undefined, "is missing: a value is expected")
  .refine(isExact, 'has a number of more than 15 digits: write it as text in "min" and "max"');

/** A decimal number of any length, as JSON writes it. */
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/;

const boundSchema = z.union([
  z.number().refine(isExact, "has more than 15 digits: write it as text, in quotes"),
  z.string().max(400).regex(DECIMAL, 'must be a number, such as 10 or "12345678901234567890"'),
]);

/** What an argument may be tested for; `min` and `max` are one test. */
const TESTS = ["equals", "oneOf", "glob", "regex", "under", "host", "min", "max"] as const;

/**
 * One condition on the arguments. `path` is a JSON pointer (RFC 6901) into them; a segment `*` stands for every element
 * of a list or member of an object, and a test of texts or numbers looks at everything inside of what is pointed at. All
 * of it must pass for an allow; any of it is enough for a deny or an ask. For resources, the arguments are `{"uri": …}`.
 */
export const argConditionSchema = z
  .strictObject({
    path: z
      .string()
      .max(1_000)
      .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'must be a JSON pointer, such as "/path" or "/files/*/name"'),
    /** The same JSON value; numbers compare by value, exactly. */
    equals: jsonSchema.optional(),
    /** One of these JSON values. */
    oneOf: z.array(jsonSchema).min(1, "must name at least one value").max(1_000).optional(),
    glob: globSchema.optional(),
    /** A regular expression in RE2's syntax that the whole text must match. */
    regex: z.string().max(1_000).optional(),
    /**
     * A folder: the argument is a path that leads to it or into it, with links resolved. Starts with `/`, a drive, `~`
     * or `${project}`.
     */
    under: z
      .string()
      .max(4_096)
      .regex(/^[^\x00-\x1f\x7f]*$/, "must not hold control characters")
      .regex(
        /^(?:[/\\]|[A-Za-z]:[/\\]|~(?:$|[/\\])|\$\{project\}(?:$|[/\\]))/,
        'must start with /, a drive such as C:\\, ~ or ${project}: "~/proj"',
      )
      .optional(),
    /**
     * The host of a URL: `example.com`, `*.example.com`, `localhost:3000`, `example.com:*`, `ws://example.com`. An allow
     * means http and https on their own ports unless the pattern says otherwise; a deny means all.
     */
    host: z.string().max(500).optional(),
    /** Smallest and largest number, both included; exact for numbers of any length. */
    min: boundSchema.optional(),
    max: boundSchema.optional(),
  })
  .superRefine((condition, context) => {
    const used = TESTS.filter((test) => condition[test] !== undefined && test !== "max");
    const count = used.length + (condition.max !== undefined && condition.min === undefined ? 1 : 0);
    const mixed = condition.max !== undefined && used.some((test) => test !== "min");
    if (count !== 1 || mixed)
      context.addIssue({
        code: "custom",
        message: `needs exactly one test: ${TESTS.slice(0, -2).join(", ")}, or min and max`,
      });
  });
export type ArgCondition = z.infer<typeof argConditionSchema>;

/**
 * What the server itself says about the tool. Where it says nothing, MCP's defaults hold: not read-only, destructive,
 * not idempotent, open to the world.
 */
const claimsSchema = z.strictObject({
  readOnly: z.boolean().optional(),
  destructive: z.boolean().optional(),
  idempotent: z.boolean().optional(),
  openWorld: z.boolean().optional(),
});

/** How long a rule lasts. `once` and `session` are grants that the hub keeps; in the file they never allow anything. */
const ruleScopeSchema = z.union(
  [
    z.enum(["once", "session", "always"]),
    z.strictObject({
      until: z.iso.datetime({ offset: true, error: "must be a time such as 2026-01-31T18:00:00Z" }),
    }),
  ],
  { error: 'must be "once", "session", "always" or { "until": "2026-01-31T18:00:00Z" }' },
);

/** One rule of gatehouse.json. What is left out matches everything; the first rule that matches decides. */
export const ruleSchema = z.strictObject({
  /** Names the rule for good, wherever it stands: grants, use counts and the log refer to it. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "use letters, digits, '.', '_' and '-', at most 64")
    .optional(),
  /** The client's id or the name it is registered under; never what it calls itself. */
  client: globSchema.optional(),
  profile: globSchema.optional(),
  /** The folder of the client's project; a leading `~` is the person's home. */
  project: globSchema.optional(),
  server: globSchema.optional(),
  method: globSchema.optional(),
  tool: globSchema.optional(),
  annotations: claimsSchema.optional(),
  args: z.array(argConditionSchema).max(100).optional(),
  /** Only once the session has used such a tool; `untrusted`: once it has read content that may come from anybody. */
  after: z
    .strictObject({
      server: globSchema.optional(),
      tool: globSchema.optional(),
      untrusted: z.literal(true).optional(),
    })
    .optional(),
  decision: z.enum(["allow", "ask", "deny"]),
  scope: ruleScopeSchema.optional(),
  /** Who made it: a person ("consent popup"), a command line ("cli"), a preset. */
  madeBy: z.string().max(200).optional(),
  madeAt: z.iso.datetime({ offset: true, error: "must be a time such as 2026-01-31T18:00:00Z" }).optional(),
  note: z.string().max(2_000).optional(),
});
export type Rule = z.infer<typeof ruleSchema>;

/** The rules in their order. Ids are unique. */
export const rulesSchema = z.array(ruleSchema).superRefine((rules, context) => {
  const seen = new Map<string, number>();
  for (const [index, { id }] of rules.entries()) {
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first !== undefined)
      context.addIssue({
        code: "custom",
        path: [index, "id"],
        message: `is the id of rules[${first}] already: every rule needs its own`,
      });
    else seen.set(id, index);
  }
});

/** The rule that lets every client call every tool of a server without asking. */
export const trustRule = (server: string): Rule => ({ server, decision: "allow" });
