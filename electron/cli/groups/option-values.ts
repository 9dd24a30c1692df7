import { InvalidArgumentError } from "commander";

// What commander parses options with: an InvalidArgumentError says what is needed.

/** All values of an option that is given again and again. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Collects the ids of a list of arguments. Throws InvalidArgumentError. */
export function callId(text: string, before: number[] | undefined): number[] {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be the number of a call.");
  return [...(before ?? []), Number(text)];
}

/** A factor from 0 to 100. */
export function pace(text: string): number {
  const factor = Number(text);
  if (!(factor >= 0 && factor <= 100)) throw new InvalidArgumentError("It must be a number from 0 to 100.");
  return factor;
}

/** A port's number. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return value;
}

/** A time like 500ms in microseconds. */
export function span(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text);
  if (found === null) throw new InvalidArgumentError("a time like 500ms, 2s or 1m is needed.");
  const [, number, unit] = found;
  return Number(number) * ({ us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 }[unit ?? ""] ?? 1);
}

/** A number from 1 up. */
export function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("a number from 1 up is needed.");
  return value;
}
