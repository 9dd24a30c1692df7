import type { Around } from "./damage.ts";
import type { Connection } from "./database.ts";

/** What a stored text names. The numbers are what the database holds: append only. */
export const nameKind = {
  server: 0,
  tool: 1,
  client: 2,
  session: 3,
  method: 4,
  profile: 5,
  project: 6,
  rule: 7,
  clientId: 8,
} as const;
/** What a name is of: each kind has ids of its own. */
export type NameKind = (typeof nameKind)[keyof typeof nameKind];

const kinds = Object.keys(nameKind).length;
const cachedPerKind = 4_096;
const longestName = 1_000;

/** Repeated texts, stored once and known by a small id. The memory it takes is bounded. */
export interface Names {
  /** The id of a text, stored when it is new: call it only inside a transaction. */
  idOf(kind: NameKind, text: string | null): number | null;
  /** The ids of the stored texts that match a pattern, in which `*` stands for any run of characters. */
  matching(kind: NameKind, pattern: string): number[];
  /** The id of a stored text that is the same, whatever stands in it. */
  exactly(kind: NameKind, text: string): number | undefined;
  textOf(id: number | null): string | null;
  /** Forgets what is cached: needed after a rollback, when ids that were handed out do not exist. */
  forget(): void;
}

/** Names on one connection; one that `around` cannot read is none. Texts over 1,000 characters are cut: a client chooses the names that it calls. */
export function openNames(connection: Connection, around: Around): Names {
  const select = connection
    .prepare<[number, string], number>("SELECT id FROM name WHERE kind = ? AND text = ?")
    .pluck();
  const insert = connection.prepare<[number, string]>("INSERT INTO name (kind, text) VALUES (?, ?)");
  const text = connection.prepare<[number], string>("SELECT text FROM name WHERE id = ?").pluck();
  const glob = connection
    .prepare<[number, string], number>("SELECT id FROM name WHERE kind = ? AND text GLOB ?")
    .pluck();
  const ids: Map<string, number>[] = Array.from({ length: kinds }, () => new Map());
  const texts = new Map<number, string>();

  const cut = (name: string): string => (name.length > longestName ? name.slice(0, longestName) : name);

  return {
    idOf(kind, given) {
      if (given === null) return null;
      const cache = ids[kind] as Map<string, number>;
      const known = cache.get(given);
      if (known !== undefined) return known;
      const name = cut(given);
      const id = select.get(kind, name) ?? Number(insert.run(kind, name).lastInsertRowid);
      if (cache.size >= cachedPerKind) cache.clear();
      cache.set(name, id);
      return id;
    },
    matching(kind, pattern) {
      if (pattern.includes("*")) return glob.all(kind, pattern.replace(/[?[]/g, "[$&]"));
      const id = select.get(kind, cut(pattern));
      return id === undefined ? [] : [id];
    },
    exactly: (kind, text) => select.get(kind, cut(text)),
    textOf(id) {
      if (id === null) return null;
      const known = texts.get(id);
      if (known !== undefined) return known;
      const found = around(
        () => text.get(id),
        () => undefined,
      );
      if (found === undefined) return null;
      if (texts.size >= cachedPerKind) texts.clear();
      texts.set(id, found);
      return found;
    },
    forget() {
      for (const cache of ids) cache.clear();
    },
  };
}
