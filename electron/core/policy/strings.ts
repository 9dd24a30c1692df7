import { decodeUtf8 } from "../jsonrpc/strings.ts";
import { JsonView } from "./json-view.ts";

/** A text somewhere in arguments, with the member's name that it, or its list, stands under. */
export interface FoundText {
  readonly text: string;
  readonly key: string;
  /** The JSON pointer to it, as far as a person needs one. */
  readonly pointer: string;
}

/** Largest arguments that are looked through text by text, in bytes. */
export const MAX_LOOKED_THROUGH = 4 * 1024 * 1024;

/** Every text of a JSON value, names of members included where `names` says so. The bytes are well-formed JSON. */
export function textsOf(bytes: Uint8Array, names: boolean): FoundText[] {
  const found: FoundText[] = [];
  const todo: { value: unknown; key: string; pointer: string }[] = [
    { value: JSON.parse(decodeUtf8(bytes, 0, bytes.length)) as unknown, key: "", pointer: "" },
  ];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { value, key, pointer } = next;
    if (typeof value === "string") found.push({ text: value, key, pointer });
    else if (Array.isArray(value))
      for (let i = value.length - 1; i >= 0; i -= 1)
        todo.push({ value: value[i], key, pointer: `${pointer}/${i}` });
    else if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value).reverse()) {
        const at = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (names) found.push({ text: name, key, pointer: at });
        todo.push({ value: inner, key: name, pointer: at });
      }
  }
  return found;
}

/**
 * The texts of large arguments that have at most `longest` bytes; members' names are left out, and so is what is deeper
 * than a few readings of the whole would show (`complete` is false then).
 */
export function shortTextsOf(bytes: Uint8Array, longest: number): { texts: FoundText[]; complete: boolean } {
  const texts: FoundText[] = [];
  const todo = [{ view: new JsonView(bytes), pointer: "" }];
  let budget = 4 * bytes.length;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { view, pointer } = next;
    if (view.kind === "string") {
      if (view.size <= longest) texts.push({ text: view.text, key: view.key, pointer });
      continue;
    }
    if (view.kind !== "object" && view.kind !== "array") continue;
    budget -= view.size;
    if (budget < 0) return { texts, complete: false };
    const children = view.children();
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child !== undefined)
        todo.push({ view: child, pointer: `${pointer}/${view.kind === "array" ? i : child.key}` });
    }
  }
  return { texts, complete: true };
}

const PATH_NAMES =
  /(?:^|_)(?:path|paths|file|files|filename|filenames|filepath|dir|dirs|directory|directories|folder|folders|source|src|destination|dest|dst|cwd|workdir)$/;

const words = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();

/**
 * Whether a text is meant as a path, as far as it or its argument's name tells: absolute, `~`, dotted, with "..", a
 * file: URL, or under a name such as `path`, `outputFile`, `dir`.
 */
export function isPathLike({ text, key }: Pick<FoundText, "text" | "key">): boolean {
  if (text.length > 4_096 || text.includes("\n")) return false;
  if (/^\s*["']?(?:file:|[/~]|\.\.?(?:$|[/\\])|[A-Za-z]:[\\/]|\\\\)/i.test(text)) return true;
  if (/[/\\]\.\.(?:$|[/\\])/.test(text)) return true;
  return PATH_NAMES.test(words(key)) && !/^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** Whether an argument of this name holds a command or a program. */
export const isCommandName = (key: string): boolean =>
  /(?:^|_)(?:command|commands|cmd|script|code|shell|bash|args|argv|exec|run|program|expression)$/.test(
    words(key),
  );
