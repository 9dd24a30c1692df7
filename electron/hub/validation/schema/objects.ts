import type { Pattern } from "../pattern/pattern.ts";
import { type Compiler, countOf, isNames, namesOf, objectOf, pass } from "./keyword.ts";
import type { Check, Run, Seen } from "./run.ts";
import { isObject, own, SchemaError, type SchemaObject } from "./schema-error.ts";
import { constant, listed } from "./words.ts";

type ObjectCheck = (value: SchemaObject, run: Run, seen: Seen | undefined) => boolean;

/** The keywords of objects, but for `unevaluatedProperties`. */
export function* objects(schema: SchemaObject, compiler: Compiler): Generator<Check> {
  for (const check of [
    ...required(schema),
    ...members(schema, compiler),
    ...sizes(schema),
    ...names(schema, compiler),
    ...dependents(schema, compiler),
  ])
    yield (value, run, seen) => !isObject(value) || check(value, run, seen);
}

function* required(schema: SchemaObject): Generator<ObjectCheck> {
  const keys = namesOf(schema, "required") ?? [];
  if (keys.length > 0) yield (value, run) => hasAll(value, keys, run);
}

function hasAll(value: SchemaObject, keys: readonly string[], run: Run): boolean {
  let fits = true;
  run.spend(keys.length / 8);
  for (const key of keys) {
    if (Object.hasOwn(value, key)) continue;
    fits = run.fail(() => `have the property ${constant(key)}, which is missing`);
    if (run.mismatches === undefined) break;
  }
  return fits;
}

/** `properties`, `patternProperties` and `additionalProperties`, in one pass over the object's members. */
function* members(schema: SchemaObject, compiler: Compiler): Generator<ObjectCheck> {
  const named = new Map<string, Check>();
  for (const [key, inside] of Object.entries(objectOf(schema, "properties") ?? {}))
    named.set(key, compiler.schema(inside));
  const patterns: { readonly pattern: Pattern | undefined; readonly check: Check }[] = [];
  for (const [source, inside] of Object.entries(objectOf(schema, "patternProperties") ?? {}))
    patterns.push({ pattern: compiler.pattern(source), check: compiler.schema(inside) });
  const written = own(schema, "additionalProperties");
  const others = written === undefined ? undefined : compiler.schema(written);
  if (named.size === 0 && patterns.length === 0 && others === undefined) return;

  const unknownKey = (value: SchemaObject, key: string, run: Run, seen: Seen | undefined): boolean => {
    if (others === undefined) return true;
    // A pattern that cannot be run may have been meant for it.
    if (patterns.some(({ pattern }) => pattern === undefined)) {
      run.unsure += 1;
      return true;
    }
    seen?.member(key);
    return written === false ? strange(key, [...named.keys()], run) : member(others, value, key, run);
  };

  yield (value, run, seen) => {
    const keys = Object.keys(value);
    run.spend(keys.length);
    let fits = true;
    for (const key of keys) {
      const check = named.get(key);
      let known = check !== undefined;
      let good = check === undefined || member(check, value, key, run);
      for (const { pattern, check: inside } of patterns) {
        if (pattern === undefined) run.unsure += 1;
        else if (pattern.test(key, run.spend)) {
          known = true;
          good = member(inside, value, key, run) && good;
        }
      }
      if (known) seen?.member(key);
      else good = unknownKey(value, key, run, seen);
      if (good) continue;
      fits = false;
      if (run.mismatches === undefined) break;
    }
    return fits;
  };
}

function member(check: Check, value: SchemaObject, key: string, run: Run): boolean {
  if (check === pass) return true;
  run.path.push(key);
  const fits = check(value[key], run, undefined);
  run.path.pop();
  return fits;
}

function strange(key: string, known: readonly string[], run: Run): false {
  return run.fail(() => {
    const allowed = known.length === 0 ? "it takes none" : `it takes ${listed(known.map(constant))}`;
    return `not have the property ${constant(key)} (${allowed})`;
  });
}

function* sizes(schema: SchemaObject): Generator<ObjectCheck> {
  const least = countOf(schema, "minProperties");
  if (least !== undefined && least > 0)
    yield (value, run) =>
      Object.keys(value).length >= least || run.fail(() => `have at least ${properties(least)}`);
  const most = countOf(schema, "maxProperties");
  if (most !== undefined)
    yield (value, run) =>
      Object.keys(value).length <= most || run.fail(() => `have at most ${properties(most)}`);
}

const properties = (count: number): string => (count === 1 ? "1 property" : `${count} properties`);

function* names(schema: SchemaObject, compiler: Compiler): Generator<ObjectCheck> {
  const wanted = own(schema, "propertyNames");
  if (wanted === undefined) return;
  const check = compiler.schema(wanted);
  yield (value, run) => {
    let fits = true;
    for (const key of Object.keys(value)) {
      if (run.quietly(() => check(key, run, undefined))) continue;
      fits = run.fail(() => `not have a property of the name ${constant(key)}`);
      if (run.mismatches === undefined) break;
    }
    return fits;
  };
}

/** `dependentRequired`, `dependentSchemas`, and what they were before 2019-09: `dependencies`. */
function* dependents(schema: SchemaObject, compiler: Compiler): Generator<ObjectCheck> {
  const { modern, dependencies } = compiler.dialect;
  const entries = [
    ...Object.entries((modern ? objectOf(schema, "dependentRequired") : undefined) ?? {}).map(
      ([key, names]): [string, unknown] => {
        if (!isNames(names)) throw new SchemaError(`"dependentRequired" in it has ${constant(names)}`);
        return [key, names];
      },
    ),
    ...Object.entries((modern ? objectOf(schema, "dependentSchemas") : undefined) ?? {}),
    ...Object.entries((dependencies ? objectOf(schema, "dependencies") : undefined) ?? {}),
  ];
  for (const [key, wanted] of entries) {
    if (isNames(wanted)) yield (value, run) => !Object.hasOwn(value, key) || hasAll(value, wanted, run);
    else {
      const check = compiler.schema(wanted);
      yield (value, run, seen) => !Object.hasOwn(value, key) || check(value, run, seen);
    }
  }
}

/** `unevaluatedProperties`: what nothing beside it has looked at (2020-12 Core, 11.3). */
export function unevaluatedProperties(schema: SchemaObject, compiler: Compiler): Check | undefined {
  const wanted = compiler.dialect.modern ? own(schema, "unevaluatedProperties") : undefined;
  if (wanted === undefined) return undefined;
  const check = compiler.schema(wanted);
  return (value, run, seen) => {
    if (!isObject(value) || seen === undefined) return true;
    let fits = true;
    for (const key of Object.keys(value)) {
      if (seen.hasMember(key)) continue;
      const good =
        wanted === false
          ? run.fail(() => `not have the property ${constant(key)}`)
          : member(check, value, key, run);
      if (!good) fits = false;
    }
    seen.members = "all";
    return fits;
  };
}
