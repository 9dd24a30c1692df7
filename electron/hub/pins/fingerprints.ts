import { createHash } from "node:crypto";
import type { Entry } from "../../core/catalog/entry.ts";
import { LIST_KINDS, type ListKind } from "../../core/catalog/kinds.ts";
import type { Pinnable } from "../../core/pins/compare.ts";
import { PIN_KINDS, pinnedString, pinnedText } from "../../core/pins/pinned-text.ts";

/** Something of a server as it is now, with the text that its hash stands for. */
export interface Fingerprint extends Pinnable {
  /** Canonical JSON; made when it is asked for. */
  text(): string;
}

/** SHA-256 of a text's UTF-8, in lower-case hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The fingerprint of a plain text: a server's instructions. */
export function fingerprintOf(kind: "instructions", text: string): Fingerprint {
  const canonical = pinnedString(text);
  return { kind, key: "", hash: sha256(canonical), text: () => canonical };
}

/** Fingerprints of one server's entries; what has the same bytes as at the last look is not looked into again. */
export class Fingerprints {
  #known = new Map<string, { readonly raw: Uint8Array; readonly fingerprint: Fingerprint }>();

  of(lists: Readonly<Record<ListKind, readonly Entry[]>>): Fingerprint[] {
    const before = this.#known;
    this.#known = new Map();
    return LIST_KINDS.flatMap((kind) =>
      lists[kind].map(({ key, raw }) => {
        const name = `${kind}\n${key}`;
        const known = before.get(name);
        const fingerprint =
          known !== undefined && Buffer.compare(known.raw, raw) === 0
            ? known.fingerprint
            : fingerprintOfEntry(kind, key, raw);
        this.#known.set(name, { raw, fingerprint });
        return fingerprint;
      }),
    );
  }
}

function fingerprintOfEntry(kind: ListKind, key: string, raw: Uint8Array): Fingerprint {
  const text = (): string => pinnedText(kind, raw);
  return { kind: PIN_KINDS[kind], key, hash: sha256(text()), text };
}
