import { canonical } from "./equality.ts";
import { type Compiler, countOf, isNames, listOf, numberOf, stringOf, unsure } from "./keyword.ts";
import type { Check, Run } from "./run.ts";
import { own, SchemaError, type SchemaObject } from "./schema-error.ts";
import { constant, given, listed, typeWord } from "./words.ts";

const TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"];

/** The types that a schema admits; undefined: any. OpenAPI's `nullable`, which generators leave in, adds null. */
export function typesOf(schema: SchemaObject): readonly string[] | undefined {
  const value = own(schema, "type");
  if (value === undefined) return undefined;
  const types = typeof value === "string" ? [value] : value;
  if (!isNames(types) || types.length === 0 || !types.every((type) => TYPES.includes(type)))
    throw new SchemaError(`a "type" in it is ${constant(value)}, which is no type`);
  return own(schema, "nullable") === true ? [...types, "null"] : types;
}

/** `type`. A number that JSON.parse made infinite may have been an integer. */
export function typeCheck(types: readonly string[]): Check {
  const admitted = new Set(types);
  const integers = admitted.has("integer") && !admitted.has("number");
  if (admitted.has("integer")) admitted.add("number");
  return (value, run) => {
    if (admitted.has(typeNameOf(value)) && (!integers || typeof value !== "number" || isWhole(value, run)))
      return true;
    return run.fail(
      () => `be ${types.map(typeWord).join(" or ")}`,
      () => given(value),
    );
  };
}

/** The JSON type of a value. */
export function typeNameOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function isWhole(value: number, run: Run): boolean {
  if (Number.isFinite(value)) return Number.isInteger(value);
  run.unsure += 1;
  return true;
}

/** `enum` and `const`, for values of every type. */
export function* constants(schema: SchemaObject): Generator<Check> {
  const options = listOf(schema, "enum");
  if (options !== undefined) yield oneOfConstants(options);
  if (Object.hasOwn(schema, "const")) yield oneOfConstants([own(schema, "const")]);
}

function oneOfConstants(options: readonly unknown[]): Check {
  const strings = new Set(options.filter((option) => typeof option === "string"));
  let others: ReadonlySet<string> | undefined;
  return (value, run) => {
    if (typeof value === "string") {
      if (strings.has(value)) return true;
    } else {
      others ??= new Set(
        options.filter((option) => typeof option !== "string").map((option) => canonical(option, run)),
      );
      if (others.has(canonical(value, run))) return true;
    }
    return run.fail(
      () => `be ${options.length === 1 ? "" : "one of "}${listed(options.map(constant))}`,
      () => given(value),
    );
  };
}

/** The keywords of numbers. */
export function* numbers(schema: SchemaObject): Generator<Check> {
  const bound = (
    keyword: string,
    words: string,
    fits: (value: number, limit: number) => boolean,
  ): Check[] => {
    const limit = numberOf(schema, keyword);
    if (limit === undefined) return [];
    return [
      (value, run) => {
        if (typeof value !== "number" || fits(value, limit)) return true;
        // Two numbers that JSON.parse rounded to one: which is greater is no longer known.
        if (value === limit && Math.abs(limit) > Number.MAX_SAFE_INTEGER)
          return unsure(value, run, undefined);
        return run.fail(
          () => `be ${words} ${limit}`,
          () => given(value),
        );
      },
    ];
  };
  yield* bound("minimum", "at least", (value, limit) => value >= limit);
  yield* bound("maximum", "at most", (value, limit) => value <= limit);
  yield* bound("exclusiveMinimum", "more than", (value, limit) => value > limit);
  yield* bound("exclusiveMaximum", "less than", (value, limit) => value < limit);
  const divisor = numberOf(schema, "multipleOf");
  if (divisor === undefined) return;
  if (divisor <= 0) throw new SchemaError(`a "multipleOf" in it is ${divisor}`);
  yield (value, run) => {
    if (typeof value !== "number" || isMultiple(value, divisor, run)) return true;
    return run.fail(
      () => `be a multiple of ${divisor}`,
      () => given(value),
    );
  };
}

function isMultiple(value: number, divisor: number, run: Run): boolean {
  if (value % divisor === 0) return true;
  const times = value / divisor;
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER || !Number.isFinite(times)) {
    run.unsure += 1;
    return true;
  }
  // Decimals have no exact binary form: 0.0075 is a multiple of 0.0001 all the same.
  return (
    !Number.isInteger(divisor) && Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
  );
}

/** The keywords of strings. `format` and `content…` are annotations (2020-12 Validation, 7.2.1) and are not checked. */
export function* strings(schema: SchemaObject, compiler: Compiler): Generator<Check> {
  const least = countOf(schema, "minLength");
  if (least !== undefined && least > 0)
    yield (value, run) =>
      typeof value !== "string" ||
      value.length >= 2 * least ||
      (value.length >= least && characters(value, run) >= least) ||
      run.fail(
        () => `have at least ${least} characters`,
        () => given(value),
      );
  const most = countOf(schema, "maxLength");
  if (most !== undefined)
    yield (value, run) =>
      typeof value !== "string" ||
      value.length <= most ||
      (value.length <= 2 * most && characters(value, run) <= most) ||
      run.fail(
        () => `have at most ${most} characters`,
        () => `${given(value)} of ${characters(value, run)}`,
      );
  const source = stringOf(schema, "pattern");
  if (source === undefined) return;
  const pattern = compiler.pattern(source);
  yield pattern === undefined
    ? unsure
    : (value, run) =>
        typeof value !== "string" ||
        pattern.test(value, run.spend) ||
        run.fail(
          () => `match the pattern ${constant(source)}`,
          () => given(value),
        );
}

/** Characters as JSON counts them: code points. */
function characters(text: string, run: Run): number {
  run.spend(text.length / 8);
  let count = text.length;
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0xdc00 && code <= 0xdfff && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}
