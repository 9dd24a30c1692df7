/** A schema that cannot be used; the message says why and where, and completes "it cannot be used: …". */
export class SchemaError extends Error {}

/** A schema is an object or a boolean. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that the object has itself: schemas come from outside, and may say "constructor". */
export function own(object: SchemaObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
