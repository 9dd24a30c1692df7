import { compilePattern, type Pattern } from "../pattern/pattern.ts";
import { PatternError } from "../pattern/pattern-error.ts";
import { applicators } from "./applicators.ts";
import { arrays, unevaluatedItems } from "./arrays.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { type Compiler, pass, stringOf, unsure } from "./keyword.ts";
import { objects, unevaluatedProperties } from "./objects.ts";
import { type Resource, Resources } from "./resources.ts";
import { type Check, type Run, Seen } from "./run.ts";
import { constants, numbers, strings, typeCheck, typeNameOf, typesOf } from "./scalars.ts";
import { isObject, own, SchemaError, type SchemaObject } from "./schema-error.ts";
import { constant } from "./words.ts";

/** A schema, ready to check values. */
export interface CompiledSchema {
  readonly check: Check;
  /** What it demands in all: nothing, an object of any kind, or more. */
  readonly demands: "nothing" | "an object" | "more";
  /** The parts of it that are not checked, each as a sentence. */
  readonly unchecked: readonly string[];
}

/** States of automata that the patterns of one schema may add up to. */
const MAX_PATTERN_STATES = 50_000;
/** Deepest nesting of schemas, references followed. */
const MAX_DEPTH = 400;
/** Parts that are named at most. */
const MAX_UNCHECKED = 3;

/**
 * Compiles a JSON Schema (2020-12, or the draft that its `$schema` names) into closures: no code is generated, nothing
 * outside of it is read, patterns are matched in linear time. Throws SchemaError when it is no usable schema.
 */
export function compileSchema(schema: unknown): CompiledSchema {
  if (typeof schema !== "boolean" && !isObject(schema))
    throw new SchemaError("it is neither an object nor a boolean");
  const compilation = new Compilation(isObject(schema) ? schema : {});
  const check = compilation.schema(schema);
  const demands = check === pass ? "nothing" : check === anyObject ? "an object" : "more";
  return { check, demands, unchecked: [...compilation.notes].slice(0, MAX_UNCHECKED) };
}

const never: Check = (_value, run) => run.fail(() => "not be there");
const anyObject = typeCheck(["object"]);

class Compilation implements Compiler {
  readonly dialect: Dialect;
  readonly notes = new Set<string>();
  readonly #resources: Resources;
  readonly #compiled = new Map<SchemaObject, Check>();
  readonly #patterns = new Map<string, Pattern | undefined>();
  #patternStates = 0;
  #depth = 0;
  /** The resource that is being compiled. */
  #resource: Resource;

  constructor(document: SchemaObject) {
    this.dialect = dialectOf(document);
    this.#resources = new Resources(document, this.dialect);
    this.#resource = this.#resources.root;
  }

  schema(schema: unknown): Check {
    if (schema === true) return pass;
    if (schema === false) return never;
    if (!isObject(schema)) throw new SchemaError(`${constant(schema)} stands in it where a schema should`);
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known;
    // A schema that refers to itself finds this one while it is being compiled.
    let compiled: Check = pass;
    this.#compiled.set(schema, (value, run, seen) => compiled(value, run, seen));
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SchemaError(`its schemas are more than ${MAX_DEPTH} deep, references followed`);
    const around = this.#resource;
    this.#resource = this.#resources.of(schema, around);
    compiled = this.#compile(schema);
    this.#resource = around;
    this.#depth -= 1;
    this.#compiled.set(schema, compiled);
    return compiled;
  }

  pattern(source: string): Pattern | undefined {
    if (this.#patterns.has(source)) return this.#patterns.get(source);
    let pattern: Pattern | undefined;
    try {
      pattern = compilePattern(source);
      this.#patternStates += pattern.size;
      if (this.#patternStates > MAX_PATTERN_STATES)
        throw new PatternError("the patterns are too large together");
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      pattern = undefined;
      this.unchecked(`the pattern ${constant(source)} is not checked: ${error.message}`);
    }
    this.#patterns.set(source, pattern);
    return pattern;
  }

  unchecked(why: string): void {
    this.notes.add(why);
  }

  #compile(schema: SchemaObject): Check {
    const reference = this.#reference(schema);
    if (reference !== undefined && this.dialect.refAlone) return reference;
    const types = typesOf(schema);
    const forAll = [
      ...(reference === undefined ? [] : [reference]),
      ...this.#dynamic(schema),
      ...constants(schema),
    ];
    const byType: Readonly<Record<string, readonly Check[]>> = {
      number: [...numbers(schema)],
      string: [...strings(schema, this)],
      array: [...arrays(schema, this)],
      object: [...objects(schema, this)],
    };
    forAll.push(...applicators(schema, this));
    const last = [unevaluatedItems(schema, this), unevaluatedProperties(schema, this)].filter(
      (check) => check !== undefined,
    );
    const isEmpty =
      forAll.length + last.length === 0 && Object.values(byType).every((list) => list.length === 0);
    if (isEmpty && types === undefined) return pass;
    if (isEmpty && types?.join() === "object") return anyObject;
    const type = types === undefined ? undefined : typeCheck(types);
    const check: Check = (value, run, seen) => {
      run.enter();
      // What is wrong with a value of another type than the right one is only that.
      let fits = type === undefined || type(value, run, undefined);
      if (fits) {
        fits = all(byType[typeNameOf(value)] ?? [], value, run, seen);
        if (fits || run.mismatches !== undefined) fits = all(forAll, value, run, seen) && fits;
      }
      run.leave();
      return fits;
    };
    return this.#scoped(schema, last.length === 0 ? check : closing(check, last));
  }

  /** `$ref`: within the document. What lies outside is never fetched, and lets everything pass. */
  #reference(schema: SchemaObject): Check | undefined {
    const reference = stringOf(schema, "$ref");
    if (reference === undefined) return undefined;
    const target = this.#resources.resolve(reference, this.#resource);
    if (target !== undefined) return this.#within(target.resource, target.schema);
    this.unchecked(`what ${constant(reference)} refers to is not in it, and is not fetched`);
    return unsure;
  }

  /** `$dynamicRef`: leads to the outermost resource under way that has the anchor (2020-12 Core, 8.2.3.2). */
  *#dynamic(schema: SchemaObject): Generator<Check> {
    if (this.dialect.modern && own(schema, "$recursiveRef") !== undefined) {
      this.unchecked("its $recursiveRef is not followed");
      yield unsure;
    }
    const reference = this.dialect.latest ? stringOf(schema, "$dynamicRef") : undefined;
    if (reference === undefined) return;
    const target = this.#resources.resolve(reference, this.#resource);
    if (target === undefined) {
      this.unchecked(`what ${constant(reference)} refers to is not in it, and is not fetched`);
      yield unsure;
      return;
    }
    const initial = this.#within(target.resource, target.schema);
    const { dynamic } = target;
    if (dynamic === undefined) {
      yield initial;
      return;
    }
    yield (value, run, seen) => {
      const outermost = run.scope.find((resource) => resource.dynamicAnchors.has(dynamic));
      if (outermost === undefined) return initial(value, run, seen);
      return this.#within(outermost, outermost.dynamicAnchors.get(dynamic))(value, run, seen);
    };
  }

  /** The check of a schema in another resource, which is then the innermost under way. */
  #within(resource: Resource, schema: unknown): Check {
    const around = this.#resource;
    this.#resource = resource;
    const check = this.schema(schema);
    this.#resource = around;
    return check === pass ? pass : (value, run, seen) => inScope(resource, check, value, run, seen);
  }

  #scoped(schema: SchemaObject, check: Check): Check {
    const resource = this.#resource;
    if (resource.root !== schema || resource.dynamicAnchors.size === 0) return check;
    return (value, run, seen) => inScope(resource, check, value, run, seen);
  }
}

function inScope(
  resource: Resource,
  check: Check,
  value: unknown,
  run: Run,
  seen: Seen | undefined,
): boolean {
  run.scope.push(resource);
  const fits = check(value, run, seen);
  run.scope.pop();
  return fits;
}

function all(checks: readonly Check[], value: unknown, run: Run, seen: Seen | undefined): boolean {
  let fits = true;
  for (const check of checks) {
    if (check(value, run, seen)) continue;
    fits = false;
    if (run.mismatches === undefined) break;
  }
  return fits;
}

/** Adds the unevaluated… keywords: they judge by what the schema itself has seen, which then counts around it, too. */
function closing(check: Check, last: readonly Check[]): Check {
  return (value, run, seen) => {
    const own = new Seen();
    const before = run.unsure;
    const fits = check(value, run, own) && (run.unsure !== before || all(last, value, run, own));
    seen?.add(own);
    return fits;
  };
}
