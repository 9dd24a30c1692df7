/**
 * Collections of what is under way for a moment, for the way of every call. A Map or a Set would serve, but for this:
 * V8 replaces their hash table after every few additions and deletions, each outgrown table keeps its last entries and
 * points to the next one, and once one of them has grown old, all that follow outlive every minor collection, with the
 * calls that they hold. These here keep their places and clear them, so that what is over is garbage at once.
 */

/** Things in no order. Adding and deleting cost as many steps as there were ever things in it at once. */
export class UnderWay<T extends object> {
  readonly #places: (T | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a thing; the caller sees to it that it is not there already. */
  add(thing: T): void {
    const free = this.#places.indexOf(undefined);
    if (free === -1) this.#places.push(thing);
    else this.#places[free] = thing;
    this.#size += 1;
  }

  /** Takes a thing out; false if it was not there. */
  delete(thing: T): boolean {
    const place = this.#places.indexOf(thing);
    if (place === -1) return false;
    this.#places[place] = undefined;
    this.#size -= 1;
    return true;
  }

  /** All that is there now. */
  all(): T[] {
    return this.#places.filter((thing) => thing !== undefined);
  }
}

interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
}

/** Must be a power of two. */
const BUCKETS = 64;
/** So many characters at a text's end choose its bucket. */
const HASHED = 4;

/** Things by a text or an integer, a few thousand at most. */
export class UnderWayByKey<K extends string | number, V> {
  readonly #buckets: (Entry<K, V> | undefined)[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const bucket = this.#buckets[bucketOf(key)];
    return bucket === undefined ? undefined : bucket[placeOf(bucket, key)]?.value;
  }

  has(key: K): boolean {
    const bucket = this.#buckets[bucketOf(key)];
    return bucket !== undefined && placeOf(bucket, key) !== -1;
  }

  /** Adds a thing; the caller sees to it that the key is not there already. */
  add(key: K, value: V): void {
    const index = bucketOf(key);
    let bucket = this.#buckets[index];
    if (bucket === undefined) {
      while (this.#buckets.length <= index) this.#buckets.push([]);
      bucket = this.#buckets[index] ?? [];
    }
    const free = bucket.indexOf(undefined);
    if (free === -1) bucket.push({ key, value });
    else bucket[free] = { key, value };
    this.#size += 1;
  }

  /** Takes a thing out and gives it; undefined if there is none. */
  take(key: K): V | undefined {
    const bucket = this.#buckets[bucketOf(key)];
    if (bucket === undefined) return undefined;
    const place = placeOf(bucket, key);
    if (place === -1) return undefined;
    const value = bucket[place]?.value;
    bucket[place] = undefined;
    this.#size -= 1;
    return value;
  }

  /** All that is there now, with its keys, in no order. */
  all(): Entry<K, V>[] {
    return this.#buckets.flat().filter((entry) => entry !== undefined);
  }
}

function placeOf<K, V>(bucket: readonly (Entry<K, V> | undefined)[], key: K): number {
  for (let place = 0; place < bucket.length; place++) if (bucket[place]?.key === key) return place;
  return -1;
}

function bucketOf(key: string | number): number {
  if (typeof key === "number") return key & (BUCKETS - 1);
  let hash = key.length;
  for (let i = Math.max(0, key.length - HASHED); i < key.length; i++) hash = hash * 31 + key.charCodeAt(i);
  return (hash ^ (hash >>> 6)) & (BUCKETS - 1);
}
