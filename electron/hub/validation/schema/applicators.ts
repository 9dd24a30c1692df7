import { type Compiler, listOf } from "./keyword.ts";
import { type Check, type Mismatch, type Run, Seen } from "./run.ts";
import { own, SchemaError, type SchemaObject } from "./schema-error.ts";
import { given } from "./words.ts";

/** The keywords that apply schemas to the value itself: `allOf`, `anyOf`, `oneOf`, `not`, `if`. */
export function* applicators(schema: SchemaObject, compiler: Compiler): Generator<Check> {
  for (const each of schemasOf(schema, "allOf", compiler)) yield each;
  const any = schemasOf(schema, "anyOf", compiler);
  if (any.length > 0) yield anyOf(any);
  const one = schemasOf(schema, "oneOf", compiler);
  if (one.length > 0) yield oneOf(one);
  const not = own(schema, "not");
  if (not !== undefined) yield negation(compiler.schema(not));
  const condition = own(schema, "if");
  if (condition === undefined) return;
  const branch = (keyword: string): Check | undefined => {
    const inside = own(schema, keyword);
    return inside === undefined ? undefined : compiler.schema(inside);
  };
  yield conditional(compiler.schema(condition), branch("then"), branch("else"));
}

function schemasOf(schema: SchemaObject, keyword: string, compiler: Compiler): Check[] {
  const list = listOf(schema, keyword);
  if (list?.length === 0) throw new SchemaError(`an "${keyword}" in it is empty`);
  return (list ?? []).map((each) => compiler.schema(each));
}

/** Applies one of several schemas: what it has seen counts only when it fits. */
function tried(check: Check, value: unknown, run: Run, seen: Seen | undefined): boolean {
  if (seen === undefined) return run.quietly(() => check(value, run, undefined));
  const own = new Seen();
  const fits = run.quietly(() => check(value, run, own));
  if (fits) seen.add(own);
  return fits;
}

function anyOf(checks: readonly Check[]): Check {
  return (value, run, seen) => {
    let fits = false;
    for (const check of checks) {
      if (!tried(check, value, run, seen)) continue;
      fits = true;
      // What the others see matters only to unevaluated….
      if (seen === undefined) break;
    }
    return fits || failAlternatives(checks, value, run);
  };
}

function oneOf(checks: readonly Check[]): Check {
  return (value, run, seen) => {
    const before = run.unsure;
    const fitting = checks.filter((check) => tried(check, value, run, seen)).length;
    if (fitting === 0) return failAlternatives(checks, value, run);
    return (
      fitting === 1 ||
      run.unsure !== before ||
      run.fail(() => `fit exactly one of ${checks.length} alternatives, but fits ${fitting} of them`)
    );
  };
}

function negation(check: Check): Check {
  return (value, run) => {
    const before = run.unsure;
    const fits = run.quietly(() => check(value, run, undefined));
    return (
      !fits ||
      run.unsure !== before ||
      run.fail(
        () => "not be what the schema rules out",
        () => given(value),
      )
    );
  };
}

function conditional(condition: Check, then: Check | undefined, otherwise: Check | undefined): Check {
  return (value, run, seen) => {
    const before = run.unsure;
    const holds = tried(condition, value, run, seen);
    // A certain "no" may come after an unsure part, but then nothing says which of the two it rests on.
    if (run.unsure !== before) return true;
    return (holds ? then : otherwise)?.(value, run, seen) ?? true;
  };
}

/** Explains why none of the alternatives fits: all of them when that is short, else the one that is nearest. */
function failAlternatives(checks: readonly Check[], value: unknown, run: Run): false {
  if (run.mismatches === undefined) return false;
  const depth = run.path.length;
  const attempts = checks.map((check) => run.apart(() => check(value, run, undefined)).mismatches);
  run.spend(100 * checks.length);
  const words = attempts.map(([only, ...more]) =>
    only !== undefined && more.length === 0 && only.path.length === depth && only.must.startsWith("be ")
      ? only.must.slice(3)
      : undefined,
  );
  if (words.every((word) => word !== undefined) && words.length <= 10)
    return run.fail(
      () => `be ${[...new Set(words)].join(" or ")}`,
      () => given(value),
    );
  const [nearest] = attempts
    .map((mismatches) => ({ mismatches, distance: distanceOf(mismatches, depth) }))
    .sort((one, other) => one.distance - other.distance);
  run.fail(() => `fit one of ${checks.length} alternatives; it is nearest to one that asks:`);
  run.mismatches.push(...(nearest?.mismatches ?? []));
  return false;
}

/** How far a value is from an alternative: another type or another constant means that it was hardly meant. */
function distanceOf(mismatches: readonly Mismatch[], depth: number): number {
  return mismatches.reduce(
    (sum, { must, path }) => sum + (must.startsWith("be ") ? (path.length === depth ? 10 : 3) : 1),
    0,
  );
}
