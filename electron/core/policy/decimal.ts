/** A decimal number taken apart: ±0.DIGITS × 10^exponent, without zeros around the digits; "" is zero. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** Compares two numbers as JSON writes them, exactly, however long they are: below zero when the first is smaller. */
export function compareDecimals(one: string, other: string): number {
  const a = read(one);
  const b = read(other);
  if (a.digits === "" || b.digits === "") return signOf(a) - signOf(b);
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const size =
    a.exponent !== b.exponent ? a.exponent - b.exponent : a.digits < b.digits ? -1 : +(a.digits > b.digits);
  return a.negative ? -size : size;
}

const signOf = ({ digits, negative }: Decimal): number => (digits === "" ? 0 : negative ? -1 : 1);

function read(text: string): Decimal {
  const negative = text.startsWith("-");
  const at = text.search(/[eE]/);
  const mantissa = text.slice(negative ? 1 : 0, at < 0 ? undefined : at);
  const point = mantissa.indexOf(".");
  const whole = point < 0 ? mantissa : mantissa.slice(0, point);
  const all = point < 0 ? mantissa : whole + mantissa.slice(point + 1);
  let first = 0;
  while (all[first] === "0") first += 1;
  let last = all.length;
  while (last > first && all[last - 1] === "0") last -= 1;
  const digits = all.slice(first, last);
  const power = at < 0 ? 0 : Number(text.slice(at + 1));
  return { negative, digits, exponent: whole.length - first + power };
}
