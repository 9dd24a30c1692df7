import type { Standing } from "../../core/catalog/aggregate.ts";
import type { Entry } from "../../core/catalog/entry.ts";
import type { ListKind } from "../../core/catalog/kinds.ts";
import { comparePins, type NewTools, pinName } from "../../core/pins/compare.ts";
import { listOf, type PinKind, pinnedStrings } from "../../core/pins/pinned-text.ts";
import { suspicionsOfAll } from "../../core/pins/suspicious.ts";
import type { CatalogParts, PinStore, StoredHeld, StoredPin } from "../ports/storage.ts";
import { type Fingerprint, Fingerprints, fingerprintOf, sha256 } from "./fingerprints.ts";

/** A server's catalogue, as far as pins look at it. */
export interface PinnedCatalog {
  readonly parts: CatalogParts;
  readonly lists: Readonly<Record<ListKind, readonly Entry[]>> | undefined;
  readonly hello: { readonly instructions: string | undefined } | undefined;
}

/** Something that waits for the person. */
export interface HeldItem {
  /** Names exactly this text of this thing: if the server changes it again, the id leads nowhere. */
  readonly id: string;
  readonly now: Fingerprint;
  readonly change: "new" | "changed";
  /** What was accepted, canonical; null for what is new. */
  readonly before: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Pins of resources above which those that the server no longer lists are forgotten. */
const MAX_RESOURCE_PINS = 5_000;

/** What the person has accepted of one server, and what waits. Everything survives the hub, in the store. */
export class ServerPins {
  readonly name: string;
  readonly #store: PinStore;
  readonly #clock: () => number;
  readonly #fingerprints = new Fingerprints();
  readonly #pins = new Map<string, StoredPin>();
  /** Something was accepted before: what is new since then was not. */
  #known: boolean;
  #stored: readonly StoredHeld[];
  /** What the server says now; undefined until its catalogue was looked at. */
  #now: readonly Fingerprint[] | undefined;
  #parts: CatalogParts | undefined;
  #newTools: NewTools = "hold";
  /** What its package runner resolved to, when that is known. */
  #package: Fingerprint | undefined;
  #held: readonly HeldItem[] = [];
  #standings: ReadonlyMap<string, Standing> = new Map();
  /** The standing of everything that has none of its own. */
  #whole: Standing | undefined;
  /** Grows whenever what is accepted or held has changed. */
  version = 0;

  constructor(name: string, store: PinStore, clock: () => number) {
    this.name = name;
    this.#store = store;
    this.#clock = clock;
    const loaded = store.load(name);
    this.#known = loaded !== undefined;
    this.#stored = loaded?.held ?? [];
    for (const pin of loaded?.pins ?? []) this.#pins.set(nameOf(pin), pin);
    // An update that nobody has accepted stays held until the server's next start finds something else.
    const held = this.#stored.find(({ kind }) => kind === "package");
    if (held?.text != null) this.#package = packageOf(held.hash, held.text);
  }

  get held(): readonly HeldItem[] {
    return this.#held;
  }

  get pins(): readonly StoredPin[] {
    return [...this.#pins.values()];
  }

  /** How far an entry is from being accepted; undefined when everything is. */
  get standing(): ((kind: ListKind, key: string) => Standing | undefined) | undefined {
    if (this.#standings.size === 0 && this.#whole === undefined) return undefined;
    return (kind, key) => this.#standings.get(`${kind}\n${key}`) ?? this.#whole;
  }

  /** The instructions in force: while others are held the accepted ones, and none where none were accepted. */
  instructions(current: string | undefined): string | undefined {
    if (!this.#held.some(({ now }) => now.kind === "instructions")) return current;
    const pin = this.#pins.get(pinName({ kind: "instructions", key: "" }));
    return pin === undefined ? undefined : (JSON.parse(pin.text) as string);
  }

  /** Compares the catalogue with what was accepted. Returns whether anything has changed by it. */
  review({ lists, parts, hello }: PinnedCatalog, newTools: NewTools): boolean {
    if (lists === undefined || (parts === this.#parts && newTools === this.#newTools)) return false;
    this.#parts = parts;
    this.#newTools = newTools;
    this.#now = [
      ...(hello?.instructions === undefined ? [] : [fingerprintOf("instructions", hello.instructions)]),
      ...this.#fingerprints.of(lists),
    ];
    return this.#compare();
  }

  /**
   * Takes over what the server's package runner has resolved to: `text` is canonical JSON for the person to read,
   * `identity` what tells one release from another. Returns whether anything has changed by it.
   */
  found(identity: string, text: string): boolean {
    const found = packageOf(sha256(identity), text);
    if (found.hash === this.#package?.hash) return false;
    this.#package = found;
    return this.#now !== undefined && this.#compare();
  }

  /** It runs no package that is known: an update that was held is none any more. Returns whether anything changed. */
  noPackage(): boolean {
    if (this.#package === undefined) return false;
    this.#package = undefined;
    return this.#now !== undefined && this.#compare();
  }

  /** Accepts what is held under these ids. */
  accept(ids: ReadonlySet<string>): void {
    const accepted = this.#held.filter(({ id }) => ids.has(id));
    this.#settle(
      this.#held.filter(({ id }) => !ids.has(id)),
      accepted.map(({ now }) => now),
      [],
    );
  }

  #compare(): boolean {
    const now = [...(this.#package === undefined ? [] : [this.#package]), ...(this.#now ?? [])];
    const { pin, held } = comparePins(this.#pins, now, {
      first: !this.#known,
      newTools: this.#newTools,
      suspicious: (item) => suspicionsOfAll(pinnedStrings(item.text())).length > 0,
    });
    const items = held.map(({ item, change }): HeldItem => {
      const id = idOf(this.name, item);
      return {
        id,
        now: item,
        change,
        before: this.#pins.get(pinName(item))?.text ?? null,
        since: this.#held.find((other) => other.id === id)?.since ?? this.#since(item) ?? this.#clock(),
      };
    });
    return this.#settle(items, pin, this.#vanished(now));
  }

  /** Since when the store has held exactly this. */
  #since(item: Fingerprint): number | undefined {
    return this.#stored.find(
      ({ kind, key, hash }) => kind === item.kind && key === item.key && hash === item.hash,
    )?.since;
  }

  #settle(held: readonly HeldItem[], accepted: readonly Fingerprint[], drop: readonly StoredPin[]): boolean {
    const put = accepted.map((item) => this.#pinOf(item));
    for (const pin of drop) this.#pins.delete(nameOf(pin));
    for (const pin of put) this.#pins.set(nameOf(pin), pin);
    const rows = held.map(({ now, since }) => ({
      kind: now.kind,
      key: now.key,
      hash: now.hash,
      text: now.kind === "package" ? now.text() : null,
      since,
    }));
    const standings = standingsOf(held, this.#newTools);
    const whole = wholeOf(held, this.#newTools);
    const isStored = this.#known && put.length === 0 && drop.length === 0 && sameRows(rows, this.#stored);
    const isSame = isStored && whole === this.#whole && sameEntries(standings, this.#standings);
    if (!isStored) this.#store.save(this.name, { put, drop, held: rows });
    this.#known = true;
    this.#held = held;
    this.#stored = rows;
    this.#standings = standings;
    this.#whole = whole;
    if (!isSame) this.version += 1;
    return !isSame;
  }

  #pinOf({ kind, key, hash, text }: Fingerprint): StoredPin {
    return { kind, key, hash, text: text(), pinnedAt: this.#clock() };
  }

  /** A server whose resources come and go without end must not fill the disk. */
  #vanished(now: readonly Fingerprint[]): StoredPin[] {
    const pinned = this.pins.filter(({ kind }) => kind === "resource");
    if (pinned.length <= MAX_RESOURCE_PINS) return [];
    const listed = new Set(now.map(pinName));
    return pinned.filter((pin) => !listed.has(nameOf(pin)));
  }
}

const nameOf = ({ kind, key }: StoredPin): string => pinName({ kind: kind as PinKind, key });

function packageOf(hash: string, text: string): Fingerprint {
  return { kind: "package", key: "", hash, text: () => text };
}

function idOf(server: string, { kind, key, hash }: Fingerprint): string {
  return `pin-${sha256([server, kind, key, hash].join("\0")).slice(0, 16)}`;
}

/** What is new is listed under "ask"; what was accepted as something else never is. */
function standingsOf(held: readonly HeldItem[], newTools: NewTools): Map<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const { now, change } of held) {
    const list = listOf(now.kind);
    const asks = newTools === "ask" && change === "new" && now.kind !== "resource";
    if (list !== undefined) standings.set(`${list}\n${now.key}`, asks ? "unreviewed" : "held");
  }
  return standings;
}

/** A server that runs an update which nobody has accepted: all calls of it wait for that. */
function wholeOf(held: readonly HeldItem[], newTools: NewTools): Standing | undefined {
  if (!held.some(({ now }) => now.kind === "package")) return undefined;
  return newTools === "ask" ? "unreviewed" : "blocked";
}

function sameRows(one: readonly StoredHeld[], other: readonly StoredHeld[]): boolean {
  const texts = (rows: readonly StoredHeld[]): string =>
    JSON.stringify(rows.map(({ kind, key, hash }) => [kind, key, hash]).sort());
  return one.length === other.length && texts(one) === texts(other);
}

function sameEntries(one: ReadonlyMap<string, Standing>, other: ReadonlyMap<string, Standing>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
