import { GatehouseError } from "../../../shared/errors.ts";
import { type Rule, ruleSchema } from "../../../shared/model/rule.ts";
import { visible } from "../escape.ts";
import { relativeTime } from "../times.ts";
import type { Context } from "./context.ts";

interface Json {
  readonly json?: true;
}

/** `rule list`: the rules in their order, in words, and what holds without one. */
export async function listRules(context: Context, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("rules.list", {}));
  if (options.json) return context.json(found);
  const { io, paint } = context;
  for (const text of found.builtIn) io.out(`always  ${visible(text)}\n`);
  for (const { id, index, words, uses, lastUsedAt } of found.rules) {
    const used = uses === 0 ? "never used" : `used ${uses} times, last ${relativeTime(lastUsedAt, io.now())}`;
    io.out(`${index + 1}. ${visible(words)}\n   ${paint.dim(`${visible(id)}, ${used}`)}\n`);
  }
  io.out(`else    ${found.fallback}\n`);
}

/** `rule add RULE`: appends a rule, or puts it at a place. */
export async function addRule(
  context: Context,
  text: string,
  options: Json & { at?: number },
): Promise<void> {
  const rule = parseRule(text);
  const added = await context.hub("either", (hub) =>
    hub.call("rules.add", { rule, ...(options.at === undefined ? {} : { at: options.at - 1 }) }),
  );
  if (options.json) context.json(added);
  else
    context.io.out(`Added rule ${visible(added.id)} as number ${added.index + 1}: ${visible(added.words)}\n`);
}

/** `rule remove ID`. */
export async function removeRule(context: Context, id: string, options: Json): Promise<void> {
  const done = await context.hub("either", (hub) => hub.call("rules.remove", { id }));
  if (options.json) context.json(done);
  else context.io.out(`Removed rule ${visible(id)}.\n`);
}

function parseRule(text: string): Rule {
  const advice = `Write JSON, such as '{"server": "files", "tool": "read_*", "decision": "allow"}'.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GatehouseError("bad_usage", "the rule is no JSON", advice);
  }
  const parsed = ruleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GatehouseError(
    "bad_usage",
    `the rule cannot be used: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    advice,
  );
}
