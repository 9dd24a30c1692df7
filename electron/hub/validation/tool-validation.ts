import type { Problem } from "../../../shared/model/server.ts";
import type { Entry } from "../../core/catalog/entry.ts";
import { membersOf } from "../../core/jsonrpc/json.ts";
import type { Mismatch } from "./schema/run.ts";
import { SchemaError } from "./schema/schema-error.ts";
import { shortened } from "./schema/words.ts";
import { sentencesOf } from "./texts.ts";
import { createValidator, type Validator } from "./validator.ts";

type Side = "inputSchema" | "outputSchema";

/** What is known of one tool: its validators, made at the first call, and what was wrong. */
interface ToolRecord {
  readonly raw: Uint8Array;
  readonly validators: Map<Side, Validator | undefined>;
  /** By what they are about, so that each is listed once. */
  readonly problems: Map<string, { readonly problem: (times: number) => Problem; times: number }>;
}

/** A schema that could not be checked within its bounds so many times is no longer tried. */
const MAX_UNKNOWN = 5;
/** Problems that are listed of one server. */
const MAX_PROBLEMS = 50;
const NOTHING = new Uint8Array([0x7b, 0x7d]);

/** Checks the calls and results of one server's tools against their schemas, and keeps what is wrong with these. */
export class ToolValidation {
  #tools = new Map<string, ToolRecord>();
  #noted = 0;

  /** Grows when something new is listed under the problems. */
  get noted(): number {
    return this.#noted;
  }

  get problems(): readonly Problem[] {
    return [...this.#tools.values()]
      .flatMap(({ problems }) => [...problems.values()].map(({ problem, times }) => problem(times)))
      .slice(0, MAX_PROBLEMS);
  }

  /** Takes the server's tools over. Nothing is compiled yet; what is known of unchanged tools stays. */
  learn(tools: readonly Entry[]): void {
    const before = this.#tools;
    this.#tools = new Map(
      tools.map(({ key, raw }) => {
        const known = before.get(key);
        const record =
          known !== undefined && sameBytes(known.raw, raw)
            ? known
            : { raw, validators: new Map(), problems: new Map() };
        return [key, record];
      }),
    );
  }

  /**
   * Checks the arguments of a call, as JSON bytes (undefined: none were given). Returns what does not fit; undefined
   * when all does, or when it cannot be told. Throws nothing that a schema or a value could cause.
   */
  checkArguments(tool: string, bytes: Uint8Array | undefined): readonly Mismatch[] | undefined {
    return this.#check(tool, "inputSchema", bytes ?? NOTHING);
  }

  /** A call was sent although its arguments do not fit. */
  noteArguments(tool: string, mismatches: readonly Mismatch[]): void {
    const [first] = sentencesOf("arguments", mismatches, "without values");
    this.#note(tool, "arguments_mismatch", (times) => ({
      message: `the tool ${tool} was called ${timesText(times)} with arguments that do not fit its input schema, such as: ${first}`,
      advice:
        'The calls were sent, as "validate": "warn" says. With "enforce" they are refused, and the model is told why.',
    }));
  }

  /** Whether results of a tool have something to fit. */
  checksResults(tool: string): boolean {
    return this.#validator(tool, "outputSchema") !== undefined;
  }

  /** Checks the structured part of a result, undefined when there is none; what does not fit is listed. */
  checkStructured(tool: string, bytes: Uint8Array | undefined): void {
    const mismatches = bytes === undefined ? [] : this.#check(tool, "outputSchema", bytes);
    if (mismatches === undefined) return;
    const why =
      bytes === undefined
        ? "there is no structuredContent"
        : sentencesOf("structuredContent", mismatches, "without values")[0];
    this.#note(tool, "output_mismatch", (times) => ({
      message: `the tool ${tool} gave ${times === 1 ? "1 result that does" : `${times} results that do`} not fit its output schema, such as: ${why}`,
      advice:
        "The results were passed on unchanged, and a client may refuse them. Report it to the server's author.",
    }));
  }

  #check(tool: string, side: Side, bytes: Uint8Array): readonly Mismatch[] | undefined {
    const verdict = this.#validator(tool, side)?.check(bytes) ?? "fits";
    if (verdict === "fits") return undefined;
    if (!("unknown" in verdict)) return verdict;
    const { unknown } = verdict;
    const times = this.#note(tool, `${side} unknown`, (times) => ({
      code: "schema_too_costly",
      message: `a value could not be checked against the ${NAMES[side]} of the tool ${tool} (${timesText(times)}): ${unknown}`,
      advice: `It was passed on unchecked${times < MAX_UNKNOWN ? "" : ", as all are from now on"}. Report it to the server's author.`,
    }));
    if (times >= MAX_UNKNOWN) this.#tools.get(tool)?.validators.set(side, undefined);
    return undefined;
  }

  #validator(tool: string, side: Side): Validator | undefined {
    const record = this.#tools.get(tool);
    if (record === undefined) return undefined;
    if (record.validators.has(side)) return record.validators.get(side);
    const validator = this.#compile(tool, record.raw, side);
    record.validators.set(side, validator);
    return validator;
  }

  #compile(tool: string, raw: Uint8Array, side: Side): Validator | undefined {
    const span = membersOf(raw, { start: 0, end: raw.length }).findLast(({ key }) => key === side)?.value;
    if (span === undefined) return undefined;
    try {
      const validator = createValidator(raw.subarray(span.start, span.end));
      const { unchecked } = validator;
      if (unchecked.length > 0)
        this.#note(tool, `${side} in part`, () => ({
          code: "schema_checked_in_part",
          message: `the ${NAMES[side]} of the tool ${tool} is checked in part: ${shortened(unchecked.join("; "), 500)}`,
          advice: "Whatever depends on that part is passed on. Report it to the server's author.",
        }));
      return validator.demands === "nothing" ? undefined : validator;
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      this.#note(tool, `${side} unusable`, () => ({
        code: "schema_unusable",
        message: `the ${NAMES[side]} of the tool ${tool} cannot be used: ${shortened(error.message, 300)}`,
        advice: `Its ${side === "inputSchema" ? "calls" : "results"} are passed on unchecked. Report it to the server's author.`,
      }));
      return undefined;
    }
  }

  /** Lists a problem, and counts how often it was met. `what` is its code, unless it has one of its own. */
  #note(
    tool: string,
    what: string,
    problem: (times: number) => Omit<Problem, "code"> & { code?: string },
  ): number {
    const problems = this.#tools.get(tool)?.problems;
    const known = problems?.get(what);
    if (known !== undefined) {
      known.times += 1;
      return known.times;
    }
    problems?.set(what, { problem: (times) => ({ code: what, ...problem(times) }), times: 1 });
    this.#noted += 1;
    return 1;
  }
}

const NAMES: Readonly<Record<Side, string>> = { inputSchema: "input schema", outputSchema: "output schema" };

function timesText(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
