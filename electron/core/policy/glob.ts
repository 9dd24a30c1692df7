/**
 * Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for one. Linear in
 * text × pattern at worst, without a regular expression: no pattern can hang it. Case matters.
 */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const c = pattern[p];
    if (c === "*") {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (c === "?" || c === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** A glob made ready for many texts; undefined matches everything. */
export function compileGlob(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined || /^\*+$/.test(pattern)) return () => true;
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  return (text) => globMatches(pattern, text);
}
