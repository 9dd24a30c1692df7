/**
 * How well a URI fits a template (RFC 6570): the number of literal characters that match, or undefined when it does not
 * fit. `{var}` stands for characters without "/", `{+var}`, `{/var}` and the other operators for any. Linear in the
 * URI's length times the number of variables; no regular expression.
 */
export function templateFit(template: string, uri: string): number | undefined {
  const pieces = split(template);
  let at = 0;
  let literals = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece === undefined) break;
    if (piece.literal !== undefined) {
      if (!uri.startsWith(piece.literal, at)) return undefined;
      at += piece.literal.length;
      literals += piece.literal.length;
      continue;
    }
    const next = pieces[i + 1]?.literal;
    // The last variable takes the rest; an earlier one the least that lets the following literal match.
    const end = next === undefined ? uri.length : uri.indexOf(next, at + (piece.optional ? 0 : 1));
    if (end === -1 || (end === at && !piece.optional)) return undefined;
    if (!piece.slashes && uri.slice(at, end).includes("/")) return undefined;
    at = end;
  }
  return at === uri.length ? literals : undefined;
}

interface Piece {
  readonly literal: string | undefined;
  readonly slashes: boolean;
  readonly optional: boolean;
}

function split(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf("{", at);
    const close = open === -1 ? -1 : template.indexOf("}", open);
    if (open === -1 || close === -1) {
      pieces.push({ literal: template.slice(at), slashes: false, optional: false });
      break;
    }
    if (open > at) pieces.push({ literal: template.slice(at, open), slashes: false, optional: false });
    const operator = template[open + 1] ?? "";
    const special = "+#./;?&".includes(operator);
    pieces.push({ literal: undefined, slashes: special || template[close - 1] === "*", optional: special });
    at = close + 1;
  }
  return pieces;
}
