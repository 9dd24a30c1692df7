import type { Span } from "../../core/jsonrpc/envelope.ts";
import { resultMessage } from "../../core/jsonrpc/errors.ts";
import { encodeJson, membersOf, spanEquals } from "../../core/jsonrpc/json.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import { refusalText } from "../validation/texts.ts";
import type { ToolValidation } from "../validation/tool-validation.ts";
import { MAX_VALUE_BYTES } from "../validation/validator.ts";
import type { Call, Outcome, Step } from "./call.ts";

/** What the step needs of a server: the shared instance, from whose catalogue clients know its tools. */
type Checked = Pick<ManagedServer, "config"> & { readonly catalog: { readonly validation: ToolValidation } };

/**
 * What speaks against the arguments of a tool call, as its server is set to check them; undefined when nothing does.
 * For arguments that a person has edited.
 */
export function argumentsRefusal(server: Checked | undefined, call: Call): Outcome | undefined {
  if (call.method !== "tools/call" || call.ownKey === undefined) return undefined;
  if (server?.config.validate !== "enforce") return undefined;
  const mismatches = server.catalog.validation.checkArguments(call.ownKey, argumentsOf(call));
  return mismatches === undefined ? undefined : refused(call, refusalText(call.target.value, mismatches));
}

/**
 * Checks the arguments of a tool call against the tool's input schema, before anybody is asked and anything is sent. A
 * mismatch is a result that the model is meant to read (MCP, Tools: error handling). Structured results are checked
 * against the output schema on the way back: what does not fit is passed on as it is and listed under the server's
 * problems. `noted` is told of a server with a new problem.
 */
export function validateStep<Server extends Checked>(
  serverOf: (name: string) => Server | undefined,
  noted: (server: Server) => void,
): Step {
  return (call, next) => {
    const tool = call.ownKey;
    if (call.method !== "tools/call" || call.route === undefined || tool === undefined) return next();
    const server = serverOf(call.route.server);
    if (server === undefined || server.config.validate === "off") return next();
    const { validation } = server.catalog;
    const before = validation.noted;
    const tell = (): void => {
      if (validation.noted > before) noted(server);
    };
    const mismatches = validation.checkArguments(tool, argumentsOf(call));
    if (mismatches !== undefined && server.config.validate === "enforce") {
      tell();
      return refused(call, refusalText(call.target.value, mismatches));
    }
    if (mismatches !== undefined) validation.noteArguments(tool, mismatches);
    const checksResults = validation.checksResults(tool);
    tell();
    if (!checksResults) return next();
    const look = (outcome: Outcome): Outcome => {
      const seen = validation.noted;
      checkResult(validation, tool, outcome);
      if (validation.noted > seen) noted(server);
      return outcome;
    };
    const outcome = next();
    return outcome instanceof Promise ? outcome.then(look) : look(outcome);
  };
}

/** The raw arguments; undefined when there are none, which some clients write as null. */
function argumentsOf({ bytes, envelope }: Call): Uint8Array | undefined {
  const span = envelope.paramsMembers.find(({ key }) => key === "arguments")?.value;
  return span === undefined || spanEquals(bytes, span, "null")
    ? undefined
    : bytes.subarray(span.start, span.end);
}

function refused(call: Call, text: string): Outcome {
  const result = encodeJson({ content: [{ type: "text", text }], isError: true });
  return { status: "tool_error", parts: resultMessage(call.id, result), result, error: null };
}

/** Errors are exempt, and so is what is no result of the tool yet: a task, or a question (`resultType`). */
function checkResult(validation: ToolValidation, tool: string, { status, result }: Outcome): void {
  if (status !== "ok" || result === null || result.length > MAX_VALUE_BYTES || result[0] !== 0x7b) return;
  const members = membersOf(result, { start: 0, end: result.length });
  const find = (name: string): Span | undefined => members.findLast(({ key }) => key === name)?.value;
  const type = find("resultType");
  if (type !== undefined && !spanEquals(result, type, '"complete"')) return;
  const structured = find("structuredContent");
  if (structured === undefined && find("content") === undefined) return;
  validation.checkStructured(
    tool,
    structured === undefined ? undefined : result.subarray(structured.start, structured.end),
  );
}
