import type { PathFacts } from "../call.ts";
import { namesOf, type Place, parsePlace } from "./place.ts";

/**
 * What a text may mean as a path. Servers read paths in different ways (some trim, unquote, decode, expand); every
 * usual way is a reading. A doubt says why there may be yet another one.
 */
export interface Readings {
  readonly places: readonly Place[];
  readonly doubt: string | undefined;
}

const MAX_PATH = 8_192;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:[.: ]|$)/i;

/** Reads a text as a path of the server, relative ones from its working folder. Nothing is looked up on a disk. */
export function readPath(text: string, facts: PathFacts): Readings {
  const reader = new Reader(facts);
  reader.text(text);
  return { places: reader.places, doubt: reader.doubt };
}

class Reader {
  readonly places: Place[] = [];
  doubt: string | undefined;
  readonly #facts: PathFacts;
  readonly #windows: boolean;

  constructor(facts: PathFacts) {
    this.#facts = facts;
    this.#windows = facts.platform === "win32";
  }

  text(text: string): void {
    if (text.length > MAX_PATH) return this.#doubts("it is too long for a path");
    if (/[\0-\x1f\x7f]/.test(text)) this.#doubts("it holds a control character");
    if (text.includes("\0")) this.#plain(text.slice(0, text.indexOf("\0")));
    if (/^\s*["']?\s*file:/i.test(text)) return this.#fileUrl(text.trim().replace(/^["']|["']$/g, ""));
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) this.#doubts("it is a URL, not a path");
    this.#plain(text);
    const bare = text
      .trim()
      .replace(/^["'](.*)["']$/s, "$1")
      .trim();
    if (bare !== text) this.#plain(bare);
    if (/%(?:2e|2f|5c)/i.test(text)) this.#decoded(bare);
  }

  /** RFC 8089. Programs that only cut "file://" off see the text undecoded: both are readings. */
  #fileUrl(text: string): void {
    const parts = /^file:(?:\/\/([^/\\?#]*))?(.*)$/is.exec(text);
    const host = parts?.[1] ?? "";
    const path = parts?.[2] ?? "";
    if (host !== "" && host.toLowerCase() !== "localhost") this.#doubts("it is a file: URL of another host");
    if (/[?#]/.test(path)) this.#doubts("it is a file: URL with a query or a fragment");
    if (!/^[/\\]/.test(path)) this.#doubts("it is a file: URL without an absolute path");
    const local = (part: string): string => (this.#windows ? part.replace(/^\/(?=[A-Za-z][:|])/, "") : part);
    this.#plain(local(path));
    if (path.includes("%")) this.#decoded(local(path));
  }

  #decoded(text: string): void {
    try {
      const decoded = decodeURIComponent(text);
      if (/[\0-\x1f]/.test(decoded)) this.#doubts("it holds an encoded control character");
      if (/%(?:2f|5c)/i.test(text)) this.#doubts("it holds an encoded separator");
      if (/%[0-9a-f]{2}/i.test(decoded)) this.#doubts("it is encoded twice");
      this.#plain(decoded);
    } catch {
      this.#doubts("it is wrongly percent-encoded");
    }
  }

  #plain(text: string): void {
    if (/^(?:\$\{?[A-Za-z_]|%[A-Za-z_()0-9]+%)/.test(text)) this.#doubts("it begins with a variable");
    if (text.startsWith("~")) return this.#tilde(text);
    if (this.#windows) return this.#windowsPath(text);
    if (/^[A-Za-z]:[\\/]/.test(text) || text.startsWith("\\\\")) this.#doubts("it is a path of Windows");
    this.#posix(text);
    if (text.includes("\\")) this.#posix(text.replaceAll("\\", "/"));
  }

  #posix(text: string): void {
    const absolute = parsePlace(text, false);
    const place = absolute ?? this.#fromCwd(namesOf(text, false));
    if (place === undefined) return;
    const { names } = place;
    // These mean something else in every process.
    if (names[0] === "proc" || (names[0] === "dev" && /^(?:fd|std(?:in|out|err))$/.test(names[1] ?? "")))
      this.#doubts(`/${names[0]} is another for every process`);
    this.places.push(place);
    // What is below the data volume of macOS stands at the root as well.
    if (
      this.#facts.platform === "darwin" &&
      names[0] === "System" &&
      names[1] === "Volumes" &&
      names[2] === "Data"
    )
      this.places.push({ root: "/", names: names.slice(3) });
  }

  #tilde(text: string): void {
    if (!/^~(?:$|[/\\])/.test(text)) {
      if (/^~[A-Za-z0-9._+-]*(?:$|[/\\])/.test(text)) this.#doubts("it names the home folder of some user");
      return this.#windows ? this.#windowsPath(text) : this.#posix(text);
    }
    const home = parsePlace(this.#facts.home, this.#windows);
    if (home === undefined) return this.#doubts("the home folder is not known");
    const rest = this.#windows ? text.slice(1) : text.slice(1).replaceAll("\\", "/");
    this.places.push({ ...home, names: [...home.names, ...namesOf(rest, this.#windows)] });
  }

  #windowsPath(text: string): void {
    const long = /^(?:[\\/]{2}\?[\\/]|\\\?\?\\)(UNC[\\/])?/i.exec(text);
    const rest = long === null ? text : (long[1] === undefined ? "" : "\\\\") + text.slice(long[0].length);
    if (/^[\\/]{2}[.?]/.test(rest)) return this.#doubts("it names a device");
    if (/^[A-Za-z]:(?![\\/])/.test(rest)) return this.#doubts("it depends on the folder of another drive");
    if (/^[A-Za-z]\|/.test(rest)) return this.#doubts("it has a drive in an old form");
    if (/^\/(?:mnt\/|cygdrive\/)?[A-Za-z](?:$|\/)/.test(rest)) this.#doubts("it may name a drive");
    const absolute = parsePlace(rest, true);
    if (absolute !== undefined) return this.#windowsPlace(absolute);
    if (/^[\\/]{2}/.test(rest)) return this.#doubts("it names a host without a share");
    const cwd = this.#cwd();
    if (cwd === undefined) return;
    const names = namesOf(rest, true);
    this.#windowsPlace({ root: cwd.root, names: /^[\\/]/.test(rest) ? names : [...cwd.names, ...names] });
  }

  #windowsPlace(place: Place): void {
    for (const name of place.names) {
      if (name.includes(":")) this.#doubts("it names a stream of a file");
      if (name !== ".." && /^[. ]+$/.test(name)) this.#doubts("it has a name of dots and spaces");
      if (DEVICE.test(name)) this.#doubts("it names a device");
    }
    this.places.push(place);
    // Most programs are not shown dots and spaces at the end of names; some are.
    const cut = place.names.map((name) => (name === ".." ? name : name.replace(/[. ]+$/, "")));
    if (cut.some((name, index) => name !== place.names[index]))
      this.places.push({ root: place.root, names: cut.filter((name) => name !== "") });
    const share = /^\\\\(?:localhost|127\.0\.0\.1|--1\.ipv6-literal\.net)\\([a-z])\$\\$/.exec(place.root);
    if (share !== null) this.places.push({ root: `${share[1]?.toUpperCase()}:\\`, names: place.names });
  }

  #fromCwd(names: readonly string[]): Place | undefined {
    const cwd = this.#cwd();
    return cwd && { root: cwd.root, names: [...cwd.names, ...names] };
  }

  #cwd(): Place | undefined {
    const { cwd } = this.#facts;
    const place = cwd === undefined ? undefined : parsePlace(cwd, this.#windows);
    if (place === undefined)
      this.#doubts("the server's working folder is not known, and the path is relative");
    return place;
  }

  #doubts(why: string): void {
    this.doubt ??= why;
  }
}
