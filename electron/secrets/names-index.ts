import { readFileSync } from "node:fs";
import { z } from "zod";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import type { SecretArea, StoredName } from "../hub/ports/secrets.ts";

const entrySchema = z.strictObject({
  setAt: z.number(),
  /** Keychain accounts that an interrupted write may have left behind. */
  litter: z.array(z.string()).optional(),
});
const indexSchema = z.strictObject({
  version: z.literal(1),
  names: z.record(z.string(), z.record(z.string(), entrySchema)),
});
type Index = z.infer<typeof indexSchema>;

/** Replaces a file whole: a crash leaves the old or the new one. */
export type WriteFile = (file: string, data: string) => void;

/**
 * The names (never values) that were put into the keychain: no keychain lists names without handing out every value,
 * and some say "there is none" when they are locked.
 */
export class NamesIndex {
  readonly #file: string;
  readonly #write: WriteFile;

  constructor(file: string, write: WriteFile) {
    this.#file = file;
    this.#write = write;
  }

  /** Whether anything was ever put there. */
  get isEmpty(): boolean {
    return Object.values(this.#read().names).every((names) => Object.keys(names).length === 0);
  }

  list(area: SecretArea): StoredName[] {
    return Object.entries(this.#read().names[area] ?? {})
      .map(([name, { setAt }]) => ({ name, setAt }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(area: SecretArea, name: string): boolean {
    return Object.hasOwn(this.#read().names[area] ?? {}, name);
  }

  /** What an interrupted write of this name may have left in the keychain. */
  litter(area: SecretArea, name: string): readonly string[] {
    const names = this.#read().names[area] ?? {};
    return Object.hasOwn(names, name) ? (names[name]?.litter ?? []) : [];
  }

  /** Notes a name that is being set; durable when it returns. */
  put(area: SecretArea, name: string, setAt: number, litter: readonly string[] = []): void {
    const index = this.#read();
    const entry = litter.length === 0 ? { setAt } : { setAt, litter: [...litter] };
    const names = { ...index.names, [area]: { ...index.names[area], [name]: entry } };
    this.#save({ ...index, names });
  }

  remove(area: SecretArea, name: string): void {
    const index = this.#read();
    const { [name]: gone, ...rest } = index.names[area] ?? {};
    if (gone !== undefined) this.#save({ ...index, names: { ...index.names, [area]: rest } });
  }

  #save(index: Index): void {
    this.#write(this.#file, `${JSON.stringify(index, null, 2)}\n`);
  }

  #read(): Index {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, names: {} };
      throw unreadable(this.#file, sentenceOf(error), error);
    }
    try {
      return indexSchema.parse(JSON.parse(text));
    } catch (error) {
      throw unreadable(this.#file, "it is damaged", error);
    }
  }
}

const unreadable = (file: string, why: string, cause: unknown): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    `the list of secrets' names ${file} cannot be read: ${why}`,
    "Restore that file, or remove it and set the secrets again; what is in the keychain is untouched.",
    cause,
  );
