/** Different grams; their numbers are hashes, so that some share one: what an index finds is a candidate. */
export const gramNumbers = 1 << 20;

/** The number of one UTF-16 code unit, of two, or of three in a row. */
export function gramOf(a: number, b = -1, c = -1): number {
  let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 2, 0x85ebca6b) ^ Math.imul(c + 3, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 12;
}

/** The grams that every text which holds this one has; `text` is searchable and not empty. */
export function gramsOf(text: string): number[] {
  const [a, b] = [text.charCodeAt(0), text.charCodeAt(1)];
  if (text.length === 1) return [gramOf(a)];
  if (text.length === 2) return [gramOf(a, b)];
  const grams = new Set<number>();
  for (let at = 2; at < text.length; at++)
    grams.add(gramOf(text.charCodeAt(at - 2), text.charCodeAt(at - 1), text.charCodeAt(at)));
  return [...grams];
}
