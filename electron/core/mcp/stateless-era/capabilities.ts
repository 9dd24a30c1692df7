import { membersOf } from "../../jsonrpc/json.ts";
import { type Edit, joinParts, splice } from "../../jsonrpc/splice.ts";
import { objectEdits, valueAt, whole } from "./edits.ts";
import { stringAt } from "./meta.ts";

/** A server → client request that a result may embed (Multi Round-Trip Requests: InputRequests). */
export type InputMethod = "elicitation/create" | "sampling/createMessage" | "roots/list";

const INPUT_METHODS: readonly string[] = ["elicitation/create", "sampling/createMessage", "roots/list"];

/** Whether a method can be asked of a client in a result of the stateless era. */
export function isInputMethod(method: string): method is InputMethod {
  return INPUT_METHODS.includes(method);
}

/** The client capability, in the shape of ClientCapabilities, that asking this needs. `params` is a raw JSON object. */
export function requiredCapability(method: InputMethod, params: Uint8Array | undefined): object {
  const members = params === undefined ? [] : membersOf(params, whole(params));
  if (method === "roots/list") return { roots: {} };
  if (method === "sampling/createMessage") {
    const usesTools = members.some(({ key }) => key === "tools" || key === "toolChoice");
    return { sampling: usesTools ? { tools: {} } : {} };
  }
  const mode = valueAt(members, "mode");
  const url = params !== undefined && mode !== undefined && stringAt(params, mode) === "url";
  return { elicitation: url ? { url: {} } : { form: {} } };
}

/**
 * What of `required` a client's capabilities (raw JSON object) do not declare, in the same shape; undefined when nothing
 * is missing. `elicitation: {}` means the form mode: it is how the modes' predecessor was declared.
 */
export function missingOf(required: object, declared: Uint8Array): object | undefined {
  const have = entries(declared);
  const missing: Record<string, unknown> = {};
  for (const [capability, need] of Object.entries(required) as [string, object][]) {
    const got = have.get(capability);
    if (got === undefined || got[0] !== 0x7b) {
      missing[capability] = need;
      continue;
    }
    const modes = entries(got);
    const bareForm = capability === "elicitation" && !modes.has("form") && !modes.has("url");
    const lacking = Object.entries(need).filter(
      ([mode]) => !modes.has(mode) && !(bareForm && mode === "form"),
    );
    if (lacking.length > 0) missing[capability] = Object.fromEntries(lacking);
  }
  return Object.keys(missing).length > 0 ? missing : undefined;
}

/**
 * Capabilities (raw JSON object, of a client or a server) as the stateless era knows them: session era tasks are not the
 * tasks extension, and nobody hears of changed roots. All else, unknown members too, stays.
 */
export function statelessCapabilities(raw: Uint8Array): Uint8Array {
  return edited(raw, (members) => {
    const roots = valueAt(members, "roots");
    const isObject = roots !== undefined && raw[roots.start] === 0x7b;
    return [
      ...objectEdits(raw, whole(raw), members, { remove: (key) => key === "tasks" }),
      ...(isObject
        ? objectEdits(raw, roots, membersOf(raw, roots), { remove: (key) => key === "listChanged" })
        : []),
    ];
  });
}

function edited(raw: Uint8Array, edits: (members: ReturnType<typeof membersOf>) => Edit[]): Uint8Array {
  const list = edits(membersOf(raw, whole(raw))).sort((a, b) => a.start - b.start || a.end - b.end);
  return joinParts(splice(raw, list));
}

/** The members of a raw JSON object; null counts as absent. */
function entries(raw: Uint8Array): Map<string, Uint8Array> {
  return new Map(
    membersOf(raw, whole(raw))
      .filter(({ value }) => raw[value.start] !== 0x6e)
      .map(({ key, value }) => [key, raw.subarray(value.start, value.end)]),
  );
}
