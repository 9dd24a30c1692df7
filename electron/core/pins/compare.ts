import type { PinKind } from "./pinned-text.ts";

/** Something of a server as it is now. */
export interface Pinnable {
  readonly kind: PinKind;
  /** Names it among its kind: a tool's name, a URI; "" where there is only one. */
  readonly key: string;
  /** SHA-256 of its canonical text, hex. */
  readonly hash: string;
}

/** What the person has accepted of it. */
export interface Pin {
  readonly hash: string;
}

/** What becomes of new tools, prompts and templates (`consent.newTools`). */
export type NewTools = "hold" | "ask" | "allow";

export interface Comparison<T extends Pinnable> {
  /** Taken as accepted without asking: the first catalogue of a server, and what the policy lets pass. */
  readonly pin: readonly T[];
  readonly held: readonly { readonly item: T; readonly change: "new" | "changed" }[];
}

/** Names one thing of a server. */
export const pinName = ({ kind, key }: { readonly kind: PinKind; readonly key: string }): string =>
  `${kind}\n${key}`;

/**
 * What is to be held of a server's catalogue. `first`: nothing of it was ever accepted, so that approving the server was
 * approving what it says now. New resources pass (they are data, and come and go with a server's files) unless their
 * text is suspicious; new instructions never do.
 */
export function comparePins<T extends Pinnable>(
  pins: ReadonlyMap<string, Pin>,
  now: readonly T[],
  policy: { readonly first: boolean; readonly newTools: NewTools; readonly suspicious: (item: T) => boolean },
): Comparison<T> {
  const pin: T[] = [];
  const held: { item: T; change: "new" | "changed" }[] = [];
  for (const item of now) {
    const accepted = pins.get(pinName(item));
    if (accepted?.hash === item.hash) continue;
    if (accepted !== undefined && !(item.kind === "package" && policy.newTools === "allow"))
      held.push({ item, change: "changed" });
    else if (accepted !== undefined) pin.push(item);
    else if (policy.first || passes(item, policy)) pin.push(item);
    else held.push({ item, change: "new" });
  }
  return { pin, held };
}

function passes<T extends Pinnable>(
  item: T,
  { newTools, suspicious }: { readonly newTools: NewTools; readonly suspicious: (item: T) => boolean },
): boolean {
  switch (item.kind) {
    case "instructions":
      return false;
    // The first package that is found of a server is the one it was approved with.
    case "package":
      return true;
    case "resource":
      return !suspicious(item);
    default:
      return newTools === "allow" && !suspicious(item);
  }
}
