import { canonical } from "./equality.ts";
import { type Compiler, countOf, listOf, pass } from "./keyword.ts";
import type { Check, Run } from "./run.ts";
import { own, type SchemaObject } from "./schema-error.ts";

type ArrayCheck = (value: readonly unknown[], run: Run, ...rest: [Parameters<Check>[2]]) => boolean;

/** The keywords of arrays, but for `unevaluatedItems`. */
export function* arrays(schema: SchemaObject, compiler: Compiler): Generator<Check> {
  for (const check of [...sizes(schema), ...items(schema, compiler), ...contains(schema, compiler)])
    yield (value, run, seen) => !Array.isArray(value) || check(value, run, seen);
}

function* sizes(schema: SchemaObject): Generator<ArrayCheck> {
  const least = countOf(schema, "minItems");
  if (least !== undefined && least > 0)
    yield (value, run) =>
      value.length >= least ||
      run.fail(
        () => `have at least ${elements(least)}`,
        () => `an array of ${value.length}`,
      );
  const most = countOf(schema, "maxItems");
  if (most !== undefined)
    yield (value, run) =>
      value.length <= most ||
      run.fail(
        () => `have at most ${elements(most)}`,
        () => `an array of ${value.length}`,
      );
  if (own(schema, "uniqueItems") === true)
    yield (value, run) => {
      const before = run.unsure;
      const known = new Set(value.map((each) => canonical(each, run)));
      return known.size === value.length || run.unsure !== before || run.fail(() => "have no element twice");
    };
}

const elements = (count: number): string => (count === 1 ? "1 element" : `${count} elements`);

/** `prefixItems` and `items`; before 2020-12 `items` was both, and many a schema without `$schema` still writes so. */
function* items(schema: SchemaObject, compiler: Compiler): Generator<ArrayCheck> {
  const written = own(schema, "items");
  const isOld = Array.isArray(written);
  const first =
    (isOld ? listOf(schema, "items") : compiler.dialect.latest ? listOf(schema, "prefixItems") : []) ?? [];
  const prefix = first.map((each) => compiler.schema(each));
  const after = isOld ? own(schema, "additionalItems") : written;
  if (prefix.length === 0 && after === undefined) return;
  const rest = after === undefined ? undefined : compiler.schema(after);
  if (rest !== undefined || prefix.length > 0)
    yield (value, run, seen) => {
      const end = rest === undefined ? Math.min(prefix.length, value.length) : value.length;
      if (seen !== undefined) seen.upTo = Math.max(seen.upTo, end);
      if (rest === pass && prefix.length === 0) return true;
      let fits = true;
      for (let index = 0; index < end; index += 1) {
        const check = prefix[index] ?? rest ?? pass;
        if (element(check, value, index, run)) continue;
        fits = false;
        if (run.mismatches === undefined) break;
      }
      return fits;
    };
}

function element(check: Check, value: readonly unknown[], index: number, run: Run): boolean {
  run.path.push(index);
  const fits = check(value[index], run, undefined);
  run.path.pop();
  return fits;
}

function* contains(schema: SchemaObject, compiler: Compiler): Generator<ArrayCheck> {
  const wanted = own(schema, "contains");
  if (wanted === undefined) return;
  const check = compiler.schema(wanted);
  const { modern, latest } = compiler.dialect;
  const least = (modern ? countOf(schema, "minContains") : undefined) ?? 1;
  const most = (modern ? countOf(schema, "maxContains") : undefined) ?? Number.POSITIVE_INFINITY;
  yield (value, run, seen) => {
    const before = run.unsure;
    const count = run.quietly(() => {
      let found = 0;
      value.forEach((_each, index) => {
        if (!element(check, value, index, run)) return;
        found += 1;
        if (latest) seen?.element(index);
      });
      return found;
    });
    if (count < least)
      return run.fail(
        () => `have at least ${elements(least)} of a certain kind`,
        () => `${count}`,
      );
    return (
      count <= most ||
      run.unsure !== before ||
      run.fail(() => `have at most ${elements(most)} of a certain kind`)
    );
  };
}

/** `unevaluatedItems`: what nothing beside it has looked at (2020-12 Core, 11.2). */
export function unevaluatedItems(schema: SchemaObject, compiler: Compiler): Check | undefined {
  const wanted = compiler.dialect.modern ? own(schema, "unevaluatedItems") : undefined;
  if (wanted === undefined) return undefined;
  const check = compiler.schema(wanted);
  return (value, run, seen) => {
    if (!Array.isArray(value) || seen === undefined) return true;
    let fits = true;
    for (let index = 0; index < value.length; index += 1)
      if (!seen.hasElement(index) && !element(check, value, index, run)) fits = false;
    seen.upTo = Math.max(seen.upTo, value.length);
    return fits;
  };
}
