/**
 * A bounded list of things that arrive in order, newest first: a ring of fixed capacity. The newest push the oldest out.
 */
export interface Recent<T> {
  readonly size: number;
  /** The item at a place, 0 being the newest. */
  at(index: number): T | undefined;
  /** Adds one newer than all; returns the one pushed out, if any. */
  pushNewest(item: T): T | undefined;
  /** Adds one older than all; false when there is no room left. */
  pushOldest(item: T): boolean;
  clear(): void;
  /** A copy, newest first. */
  toArray(): T[];
}

/** Creates an empty list that holds at most `capacity` items. */
export function createRecent<T>(capacity: number): Recent<T> {
  const slots: (T | undefined)[] = [];
  // The oldest item's slot; items follow it upwards, wrapping around.
  let oldest = 0;
  let size = 0;
  const slot = (offset: number): number => (((oldest + offset) % capacity) + capacity) % capacity;

  return {
    get size() {
      return size;
    },
    at: (index) => (index < 0 || index >= size ? undefined : slots[slot(size - 1 - index)]),
    pushNewest(item) {
      if (size < capacity) {
        slots[slot(size)] = item;
        size += 1;
        return undefined;
      }
      const out = slots[oldest];
      slots[oldest] = item;
      oldest = slot(1);
      return out;
    },
    pushOldest(item) {
      if (size >= capacity) return false;
      oldest = slot(-1);
      slots[oldest] = item;
      size += 1;
      return true;
    },
    clear() {
      slots.length = 0;
      oldest = 0;
      size = 0;
    },
    toArray() {
      return Array.from({ length: size }, (_, index) => slots[slot(size - 1 - index)] as T);
    },
  };
}
