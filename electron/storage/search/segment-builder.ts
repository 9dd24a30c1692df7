import { gramNumbers, gramOf } from "./grams.ts";

/** Ids that one segment of the index spans at most. A call's number in it takes 11 bits, a gram's 20. */
export const segmentSpan = 2_048;
const callBits = 11;
/** Entries after which a segment is closed, so that memory stays bounded; about 1,500 a call of 1 KB. */
const fullAt = 1_500_000;

/** Collects which calls of a segment have which grams. */
export interface SegmentBuilder {
  /** Begins an empty segment. */
  begin(): void;
  /** Adds a text of a call, by its number in the segment; calls in order, none once it is full, `text` searchable. */
  add(call: number, text: string): void;
  isFull(): boolean;
  /** Each gram in order with the calls that have it, in order. The array is used again for the next. */
  postings(): IterableIterator<readonly [gram: number, calls: Uint16Array]>;
}

/** What is used of it: the types of Node and of this compiler's library do not tell of it. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
};

const page = 65_536;

/**
 * Room that the system gives page by page as it is written to, and takes back when it is collected: memory of this size
 * from the allocator's heap would be cleared, and so taken, at once, and often kept. (A buffer that may grow does the
 * same, and has the indexer run at a quarter of its speed.)
 */
function room(bytes: number): ArrayBuffer {
  const pages = Math.ceil(bytes / page);
  return new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer;
}

/** A builder takes up to 15 MB while it exists. It is made for many segments: the memory of one for each would pile up. */
export function createSegmentBuilder(): SegmentBuilder {
  // Which call had a gram last, plus one: a call counts once for each gram.
  const seen = new Uint16Array(room(2 * gramNumbers));
  const counts = new Uint32Array(room(4 * (gramNumbers + 1)));
  // A call has each gram once at most.
  const entries = new Uint32Array(room(4 * (fullAt + gramNumbers)));
  const sorted = new Uint16Array(room(2 * entries.length));
  let length = 0;

  return {
    begin() {
      seen.fill(0);
      length = 0;
    },
    add(call, text) {
      const stamp = call + 1;
      let a = -1;
      let b = -1;
      for (let at = 0; at < text.length; at++) {
        const c = text.charCodeAt(at);
        const one = gramOf(c);
        if (seen[one] !== stamp) {
          seen[one] = stamp;
          entries[length++] = (one << callBits) | call;
        }
        if (b >= 0) {
          const two = gramOf(b, c);
          if (seen[two] !== stamp) {
            seen[two] = stamp;
            entries[length++] = (two << callBits) | call;
          }
          if (a >= 0) {
            const three = gramOf(a, b, c);
            if (seen[three] !== stamp) {
              seen[three] = stamp;
              entries[length++] = (three << callBits) | call;
            }
          }
        }
        a = b;
        b = c;
      }
    },
    isFull: () => length >= fullAt,
    *postings() {
      // Counting sort by gram; the calls of each stay in their order.
      counts.fill(0);
      for (let at = 0; at < length; at++) {
        const gram = (entries[at] as number) >>> callBits;
        counts[gram + 1] = (counts[gram + 1] as number) + 1;
      }
      for (let gram = 0; gram < gramNumbers; gram++)
        counts[gram + 1] = (counts[gram + 1] as number) + (counts[gram] as number);
      for (let at = 0; at < length; at++) {
        const entry = entries[at] as number;
        const gram = entry >>> callBits;
        const place = counts[gram] as number;
        counts[gram] = place + 1;
        sorted[place] = entry & (segmentSpan - 1);
      }
      let start = 0;
      for (let gram = 0; gram < gramNumbers; gram++) {
        const end = counts[gram] as number;
        if (end > start) yield [gram, sorted.subarray(start, end)];
        start = end;
      }
    },
  };
}
