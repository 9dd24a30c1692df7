import type { Member } from "./envelope.ts";

interface Known {
  readonly bytes: Uint8Array;
  /** With spans counted from the object's own start. */
  readonly members: readonly Member[];
}

/** Shorter objects are scanned as fast as they are compared; longer ones are no client's usual metadata. */
const SHORTEST = 64;
const LONGEST = 1_024;
const MOST = 8;

/**
 * Objects that come again and again with the same bytes, and what a scan has found in them: a stateless client says with
 * every request who it is. Only for what has been found without fault. The newest few are kept.
 */
export class KnownObjects {
  readonly #known: Known[] = [];
  #oldest = 0;

  /** The length of the known object that stands at `start`, as far as `end`; 0 if none does. `membersAt` then has its members. */
  find(bytes: Uint8Array, start: number, end: number): number {
    for (let i = 0; i < this.#known.length; i++) {
      const { bytes: wanted } = this.#known[i] as Known;
      if (start + wanted.length <= end && standsAt(bytes, start, wanted)) {
        this.#found = i;
        return wanted.length;
      }
    }
    return 0;
  }

  #found = 0;

  /** The members of the object that `find` found last, if it stands at `start`. */
  membersAt(start: number): Member[] {
    const { members } = this.#known[this.#found] as Known;
    const moved: Member[] = [];
    for (const { key, value } of members)
      moved.push({ key, value: { start: value.start + start, end: value.end + start } });
    return moved;
  }

  /** Remembers a faultless object with no line breaks in it. */
  add(bytes: Uint8Array, start: number, end: number, members: readonly Member[]): void {
    if (end - start < SHORTEST || end - start > LONGEST) return;
    this.#known[this.#oldest] = {
      bytes: Uint8Array.prototype.slice.call(bytes, start, end),
      members: members.map(({ key, value }) => ({
        key,
        value: { start: value.start - start, end: value.end - start },
      })),
    };
    this.#oldest = (this.#oldest + 1) % MOST;
  }
}

function standsAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}
