import { type CompiledSchema, compileSchema } from "./schema/compile.ts";
import { type Check, type Mismatch, Run, TooCostly } from "./schema/run.ts";
import { SchemaError } from "./schema/schema-error.ts";

/** Largest schema and largest value that are checked, in bytes of JSON. */
const MAX_SCHEMA_BYTES = 256 * 1024;
export const MAX_VALUE_BYTES = 4 * 1024 * 1024;
/** Steps that a check may take (a step is some ten nanoseconds), and more for each byte of the value. */
const STEPS = 200_000;
const STEPS_PER_BYTE = 2;

/** What a check says: the mismatches, "fits", or why nothing is known. */
export type Verdict = readonly Mismatch[] | "fits" | { readonly unknown: string };

/** Checks values, as JSON bytes, against one schema. */
export interface Validator {
  /** It demands nothing, or no more than an object: the first byte of a value then tells. */
  readonly demands: CompiledSchema["demands"];
  /** The parts of the schema that are not checked, each as a sentence. */
  readonly unchecked: readonly string[];
  check(bytes: Uint8Array): Verdict;
}

/** Compiles a schema given as JSON. Throws SchemaError when it cannot be used. */
export function createValidator(schema: Uint8Array): Validator {
  if (schema.length > MAX_SCHEMA_BYTES)
    throw new SchemaError(`it has ${schema.length} bytes, and ${MAX_SCHEMA_BYTES} is the most`);
  const { check, demands, unchecked } = compileSchema(JSON.parse(decoder.decode(schema)));
  return {
    demands,
    unchecked,
    check(bytes) {
      if (demands === "nothing" || (demands === "an object" && bytes[0] === 0x7b)) return "fits";
      if (bytes.length > MAX_VALUE_BYTES) return "fits";
      const value: unknown = JSON.parse(decoder.decode(bytes));
      const steps = STEPS + bytes.length * STEPS_PER_BYTE;
      try {
        return check(value, new Run(steps), undefined) ? "fits" : explain(check, value, steps);
      } catch (error) {
        const unknown = reasonOf(error);
        if (unknown === undefined) throw error;
        return { unknown };
      }
    },
  };
}

/** Checks once more, to say what does not fit. It is certain that something does not, also when saying so is too costly. */
function explain(check: Check, value: unknown, steps: number): readonly Mismatch[] {
  const run = new Run(steps);
  const found: Mismatch[] = [];
  run.mismatches = found;
  try {
    check(value, run, undefined);
  } catch (error) {
    if (reasonOf(error) === undefined) throw error;
  }
  return found.length > 0 ? found : [{ path: [], must: "fit the schema, and do not", given: undefined }];
}

/** What bounds a check, as a sentence; undefined for any other error. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof TooCostly || error instanceof SchemaError) return error.message;
  return error instanceof RangeError ? "it is nested too deeply" : undefined;
}

const decoder = new TextDecoder();
