/** What is left of a claimed name that a client may be called by, or "client"; without what some add in brackets. */
function usable(claimed: string): string {
  const plain = claimed
    .normalize("NFKC")
    .replace(/\s*\([^()]*\)\s*$/, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, 50)
    .replace(/^-|-$/g, "");
  return plain === "" ? "client" : plain;
}

/** A free name made from what a client calls itself: the first gets the name, the next "NAME-2" and so on. */
export function suggestName(claimed: string, isTaken: (name: string) => boolean): string {
  const base = usable(claimed);
  if (!isTaken(base)) return base;
  for (let number = 2; ; number += 1) {
    const name = `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}
