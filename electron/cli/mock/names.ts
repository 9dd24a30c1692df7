/** The lists whose entries are asked for by name or URI. */
export type Named = "tools" | "prompts" | "resources";

/**
 * Two servers may have had a tool of one name: the second is called SERVER__NAME here, and a resource
 * gatehouse://SERVER/URI as behind a hub.
 */
export class Names {
  readonly #shown = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** What an entry is called here; undefined for one that was not added. */
  of(server: string, kind: Named, own: string): string | undefined {
    return this.#shown.get(JSON.stringify([server, kind, own]));
  }

  /** Adds an entry and gives what it is called here; undefined for one that was added before. */
  add(server: string, kind: Named, own: string): string | undefined {
    const entry = JSON.stringify([server, kind, own]);
    if (this.#shown.has(entry)) return undefined;
    const isTaken = (name: string): boolean => this.#taken.has(JSON.stringify([kind, name]));
    const second =
      kind === "resources" ? `gatehouse://${encodeURIComponent(server)}/${own}` : `${server}__${own}`;
    let shown = isTaken(own) ? second : own;
    for (let nth = 2; isTaken(shown); nth++) shown = `${second}_${nth}`;
    this.#taken.add(JSON.stringify([kind, shown]));
    this.#shown.set(entry, shown);
    return shown;
  }
}
