import type { CallCounts, CallSummary } from "../../../shared/model/call.ts";

/** Calls of ids from `from` up to, without, `before`, newest first. */
export interface Page {
  readonly from: number;
  readonly before: number;
  /** How many there are; known before they are read. */
  readonly size: number;
  /** Undefined while they are not in memory. */
  readonly rows: readonly CallSummary[] | undefined;
}

/** Rows of the newest calls, which are always in memory; the older of more of them become pages. */
export const HEAD_ROWS = 1_000;
/** Pages in memory beside it. */
export const KEPT_PAGES = 8;
/** Rows of a page, as far as the hub's ranges allow. */
const PAGE_ROWS = 512;
const SPLIT_ROWS = 500;

/** A list of calls by id, of which only some pages are in memory while the place of each is known. */
export interface Pages {
  readonly size: number;
  /** Rows in memory. */
  readonly loaded: number;
  /** The newest call's id; 0: there is none. */
  readonly newest: number;
  /** The id down to which everything is known. */
  readonly oldest: number;
  /** The row at a place, 0 being the newest; undefined while it is not in memory. */
  at(index: number): CallSummary | undefined;
  /** The place of a call; -1 while it is not in memory. */
  indexOf(id: number): number;
  /** The page at a place that is not in memory, with the place of its first row. */
  missing(first: number, last: number): Page | undefined;
  /** Begins anew with the newest calls. */
  reset(newestFirst: readonly CallSummary[]): void;
  /** Puts in calls by id; those that are there already are left out. Gives how many came in. */
  insert(calls: readonly CallSummary[], counted: number): number;
  /** Adds the calls that follow the oldest; `from` is how far down they reach. */
  append(newestFirst: readonly CallSummary[], from: number): void;
  /** Adds what was counted beyond the oldest. */
  appendCounts(counts: CallCounts): void;
  /** A page was read. */
  fill(page: Page, newestFirst: readonly CallSummary[]): void;
}

const placeIn = (rows: readonly CallSummary[], id: number): number => {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = rows[middle]?.id ?? 0;
    if (found === id) return middle;
    if (found > id) low = middle + 1;
    else high = middle - 1;
  }
  return ~low;
};

/** A list with nothing in it; `reset` gives it its first calls. */
export function createPages(): Pages {
  let head: CallSummary[] = [];
  let pages: Page[] = [];
  /** Where each page begins, the head left out; made when it is asked for. */
  let starts: number[] | undefined;
  /** Pages in memory, the one that was used last at the end, by their `before`. */
  let recent: number[] = [];
  /** What is older than this id is not known yet. */
  let bottom = 0;

  const startsOf = (): number[] => {
    if (starts === undefined) {
      starts = [];
      let start = 0;
      for (const { size } of pages) {
        starts.push(start);
        start += size;
      }
      starts.push(start);
    }
    return starts;
  };
  const sizeOf = (): number => head.length + (startsOf().at(-1) ?? 0);
  /** The number of the page that holds a place beyond the head. */
  const pageAt = (place: number): number => {
    const all = startsOf();
    let low = 0;
    let high = pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((all[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    // Pages without rows begin where the next does.
    return low;
  };
  const pageOf = (id: number): number => {
    let low = 0;
    let high = pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const page = pages[middle];
      if (page === undefined) return -1;
      if (id >= page.before) high = middle - 1;
      else if (id < page.from) low = middle + 1;
      else return middle;
    }
    return -1;
  };
  const replace = (number: number, page: Page): void => {
    if (page.size !== pages[number]?.size) starts = undefined;
    pages[number] = page;
  };
  const used = (before: number): void => {
    if (recent.at(-1) === before) return;
    recent = recent.filter((other) => other !== before);
    recent.push(before);
    if (recent.length <= KEPT_PAGES) return;
    const forgotten = recent.shift() ?? 0;
    const number = pages.findIndex((page) => page.before === forgotten);
    const page = pages[number];
    if (page !== undefined) replace(number, { ...page, rows: undefined });
  };
  const splitHead = (): void => {
    while (head.length > HEAD_ROWS + SPLIT_ROWS) {
      const rows = head.splice(head.length - SPLIT_ROWS);
      const before = head.at(-1)?.id ?? 0;
      pages.unshift({
        from: pages[0]?.before ?? Math.min(bottom, rows.at(-1)?.id ?? 0),
        before,
        size: rows.length,
        rows,
      });
      starts = undefined;
      used(before);
    }
  };

  return {
    get size() {
      return sizeOf();
    },
    get loaded() {
      return head.length + pages.reduce((sum, { rows }) => sum + (rows?.length ?? 0), 0);
    },
    get newest() {
      return head[0]?.id ?? 0;
    },
    get oldest() {
      return bottom;
    },
    at(index) {
      if (index < head.length) return head[index];
      const number = pageAt(index - head.length);
      const page = pages[number];
      if (page?.rows === undefined) return undefined;
      return page.rows[index - head.length - (startsOf()[number] ?? 0)];
    },
    indexOf(id) {
      const inHead = placeIn(head, id);
      if (inHead >= 0) return inHead;
      const number = pageOf(id);
      const place = placeIn(pages[number]?.rows ?? [], id);
      return place < 0 ? -1 : head.length + (startsOf()[number] ?? 0) + place;
    },
    missing(first, last) {
      if (last < head.length || pages.length === 0) return undefined;
      const to = pageAt(Math.max(0, last - head.length));
      for (let number = pageAt(Math.max(0, first - head.length)); number <= to; number += 1) {
        const page = pages[number];
        if (page === undefined || page.size === 0) continue;
        if (page.rows === undefined) return page;
        used(page.before);
      }
      return undefined;
    },
    reset(newestFirst) {
      head = [...newestFirst];
      pages = [];
      starts = undefined;
      recent = [];
      bottom = newestFirst.at(-1)?.id ?? 0;
      splitHead();
    },
    insert(calls, counted) {
      let came = 0;
      for (const call of [...calls].sort((a, b) => a.id - b.id)) {
        const oldestOfHead = head.at(-1)?.id;
        const number = pageOf(call.id);
        if (number < 0 && (pages.length === 0 || call.id >= (pages[0]?.before ?? 0))) {
          const place = placeIn(head, call.id);
          if (place >= 0 || (pages.length === 0 && call.id < (oldestOfHead ?? 0) && call.id <= counted))
            continue;
          head.splice(~place, 0, call);
          if (pages.length === 0) bottom = Math.min(bottom, call.id);
          came += 1;
          continue;
        }
        const page = pages[number];
        // What was there when it was counted is in the page's size already.
        if (page === undefined || call.id <= counted) continue;
        const place = placeIn(page.rows ?? [], call.id);
        if (page.rows !== undefined && place >= 0) continue;
        replace(number, {
          ...page,
          size: page.size + 1,
          rows: page.rows === undefined ? undefined : page.rows.toSpliced(~place, 0, call),
        });
        came += 1;
      }
      splitHead();
      return came;
    },
    append(newestFirst, from) {
      if (newestFirst.length === 0) return;
      const before = bottom;
      bottom = from;
      pages.push({ from, before, size: newestFirst.length, rows: newestFirst });
      starts = undefined;
      used(before);
    },
    appendCounts({ span, ranges, counts, newest }) {
      const top = bottom;
      let before = top;
      let size = 0;
      let from = top;
      const close = (): void => {
        if (size > 0) pages.push({ from, before, size, rows: undefined });
        before = from;
        size = 0;
      };
      ranges.forEach((range, index) => {
        const low = range * span;
        if (low >= top) return;
        // Of the range that is known in part, what is known is not counted again.
        const known = low + span > top ? [...head, ...pages.flatMap(({ rows }) => rows ?? [])] : [];
        const inRange = known.filter(({ id }) => id >= top && id < low + span && id <= newest).length;
        const count = Math.max(0, (counts[index] ?? 0) - inRange);
        if (size + count > PAGE_ROWS) close();
        from = low;
        size += count;
      });
      close();
      bottom = from;
      starts = undefined;
    },
    fill(page, newestFirst) {
      const number = pageOf(page.from);
      const found = pages[number];
      if (found === undefined || found.before !== page.before || found.from !== page.from) return;
      replace(number, { ...found, size: newestFirst.length, rows: newestFirst });
      used(found.before);
    },
  };
}
