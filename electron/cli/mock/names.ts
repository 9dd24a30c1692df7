/** The lists whose entries are called by name. */
export type Named = "tools" | "prompts";

/** Two servers may have had a tool of one name: the second is called SERVER__NAME here. */
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
    let shown = isTaken(own) ? `${server}__${own}` : own;
    for (let nth = 2; isTaken(shown); nth++) shown = `${server}__${own}_${nth}`;
    this.#taken.add(JSON.stringify([kind, shown]));
    this.#shown.set(entry, shown);
    return shown;
  }
}
