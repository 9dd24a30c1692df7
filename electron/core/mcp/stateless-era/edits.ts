import type { Envelope, Member, Span } from "../../jsonrpc/envelope.ts";
import { type Edit, joinParts, orderEdits } from "../../jsonrpc/splice.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const OPEN_BRACE = 0x7b;
const COMMA = 0x2c;

/** New members of an object by decoded key; the values are raw JSON. */
export type RawMembers = ReadonlyMap<string, Uint8Array>;

/**
 * What is to become of a message's params. All changes to one message's params go through one value of this, since two
 * lists of edits that each insert into the same empty object would miss each other's comma; see `combine`.
 */
export interface ParamsChange {
  /** Members of params that are replaced, or added when absent. Never `_meta`. */
  readonly set?: RawMembers;
  /** Members of params that are left out. */
  readonly remove?: ReadonlySet<string>;
  /** Members of params._meta that are replaced, or added when absent. */
  readonly metaSet?: RawMembers;
  /** Members of params._meta that are left out; a `_meta` that has nothing else goes with them. */
  readonly metaRemove?: ReadonlySet<string>;
}

/** Several changes as one; what a later one sets or removes goes over the earlier. */
export function combine(...changes: readonly ParamsChange[]): ParamsChange {
  const params = new Fold();
  const meta = new Fold();
  for (const change of changes) {
    params.add(change.set, change.remove);
    meta.add(change.metaSet, change.metaRemove);
  }
  return { set: params.set, remove: params.remove, metaSet: meta.set, metaRemove: meta.remove };
}

class Fold {
  readonly set = new Map<string, Uint8Array>();
  readonly remove = new Set<string>();

  add(set: RawMembers = new Map(), remove: ReadonlySet<string> = new Set()): void {
    for (const key of remove) {
      this.set.delete(key);
      this.remove.add(key);
    }
    for (const [key, value] of set) {
      this.remove.delete(key);
      this.set.set(key, value);
    }
  }
}

/** The edits of a request or notification that do a change. Params are added when absent; any that are no object are replaced. */
export function paramsEdits(bytes: Uint8Array, envelope: Envelope, change: ParamsChange): Edit[] {
  const set = new Map(change.set);
  const remove = new Set(change.remove);
  const metaSet = change.metaSet ?? new Map();
  const metaRemove = change.metaRemove ?? new Set<string>();
  const params = envelope.params;
  const meta = valueAt(envelope.paramsMembers, "_meta");
  const edits: Edit[] = [];
  if (meta !== undefined && bytes[meta.start] === OPEN_BRACE) {
    const removed = envelope.metaMembers.filter(({ key }) => metaRemove.has(key) && !metaSet.has(key));
    if (metaSet.size === 0 && removed.length > 0 && removed.length === envelope.metaMembers.length) {
      remove.add("_meta");
    } else {
      edits.push(
        ...objectEdits(bytes, meta, envelope.metaMembers, {
          set: metaSet,
          remove: (key) => metaRemove.has(key),
        }),
      );
    }
  } else if (metaSet.size > 0) {
    set.set("_meta", objectOf(metaSet));
  }
  if (params !== undefined && bytes[params.start] === OPEN_BRACE) {
    edits.push(
      ...objectEdits(bytes, params, envelope.paramsMembers, { set, remove: (key) => remove.has(key) }),
    );
  } else if (set.size > 0) {
    const object = objectOf(set);
    if (params !== undefined) edits.push({ ...params, bytes: object });
    else {
      const at = bytes.indexOf(OPEN_BRACE) + 1;
      edits.push({
        start: at,
        end: at,
        bytes: joinParts([encoder.encode('"params":'), object, encoder.encode(",")]),
      });
    }
  }
  return sortEdits(edits);
}

/** What is to become of an object's members. */
export interface ObjectChange {
  readonly set?: RawMembers;
  readonly remove?: (key: string) => boolean;
}

/**
 * The edits of one object, given its members in order: values of members that are set are replaced, absent ones are put
 * in front, removed ones are cut out with their comma. Removal spares the values of the members that stay.
 */
export function objectEdits(
  bytes: Uint8Array,
  span: Span,
  members: readonly Member[],
  change: ObjectChange,
): Edit[] {
  const set = change.set ?? new Map<string, Uint8Array>();
  const stays = (member: Member): boolean => set.has(member.key) || change.remove?.(member.key) !== true;
  const edits: Edit[] = [];
  const added = [...set].filter(([key]) => !members.some((member) => member.key === key));
  if (added.length > 0) {
    const parts = added.flatMap(([key, value], i) => [
      encoder.encode(`${i === 0 ? "" : ","}${JSON.stringify(key)}:`),
      value,
    ]);
    if (members.some(stays)) parts.push(encoder.encode(","));
    edits.push({ start: span.start + 1, end: span.start + 1, bytes: joinParts(parts) });
  }
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as Member;
    const value = set.get(member.key);
    if (value !== undefined) edits.push({ ...member.value, bytes: value });
    if (stays(member)) continue;
    const first = i;
    while (i + 1 < members.length && !stays(members[i + 1] as Member)) i++;
    edits.push(removal(bytes, span, members, first, i));
  }
  return edits;
}

/** The edit that cuts an object's members from `first` to `last` (their places in `members`) out, with their comma. */
export function removal(
  bytes: Uint8Array,
  object: Span,
  members: readonly Member[],
  first: number,
  last: number,
): Edit {
  const end = (members[last] as Member).value.end;
  const before = members[first - 1];
  if (before !== undefined) return { start: before.value.end, end, bytes: NOTHING };
  const cut = last + 1 < members.length ? bytes.indexOf(COMMA, end) + 1 : end;
  return { start: object.start + 1, end: cut, bytes: NOTHING };
}

/** Edits of several origins as one list that splice takes: they must not overlap. */
export function sortEdits(edits: readonly Edit[]): Edit[] {
  return orderEdits([...edits]);
}

/** A raw JSON object of raw members. */
export function objectOf(members: RawMembers): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode("{")];
  for (const [key, value] of members) {
    parts.push(encoder.encode(`${parts.length === 1 ? "" : ","}${JSON.stringify(key)}:`), value);
  }
  parts.push(encoder.encode("}"));
  return joinParts(parts);
}

/** The raw bytes of a span, as a view. */
export function rawOf(bytes: Uint8Array, span: Span): Uint8Array {
  return bytes.subarray(span.start, span.end);
}

/** The raw value of an object's member. */
export function valueAt(members: readonly Member[], key: string): Span | undefined {
  for (const member of members) if (member.key === key) return member.value;
  return undefined;
}

/** The span of all bytes. */
export function whole(bytes: Uint8Array): Span {
  return { start: 0, end: bytes.length };
}
