const FEW = 8;

/** The keys of one object, to find duplicates: a plain list while they are few, a hash set beyond. */
export class KeySet {
  #few: string[] = [];
  #many: Set<string> | undefined;

  /** Adds a decoded key; false if it was there already. */
  add(key: string): boolean {
    if (this.#many === undefined) {
      if (this.#few.includes(key)) return false;
      if (this.#few.length < FEW) {
        this.#few.push(key);
        return true;
      }
      this.#many = new Set(this.#few.map(hashed));
    }
    const before = this.#many.size;
    return this.#many.add(hashed(key)).size !== before;
  }

  clear(): void {
    this.#few.length = 0;
    this.#many = undefined;
  }
}

// V8 hashes strings of digits by their value, without its secret seed: the prefix keeps a sender from choosing
// collisions. Keys that start with the prefix itself get it too, so that no two keys become one.
function hashed(key: string): string {
  const first = key.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || first === 0x22 ? `"${key}` : key;
}

/** The open objects' keys, by nesting level, and where the first duplicate was seen. */
export class KeyStack {
  #levels: KeySet[] = [];
  /** Byte offset of the first duplicate key, or -1. */
  duplicateAt = -1;

  /** A new object starts at this level. */
  open(level: number): void {
    const set = this.#levels[level];
    if (set === undefined) this.#levels[level] = new KeySet();
    else set.clear();
  }

  add(level: number, key: string, at: number): void {
    if (this.#levels[level]?.add(key) === false && this.duplicateAt === -1) this.duplicateAt = at;
  }
}
