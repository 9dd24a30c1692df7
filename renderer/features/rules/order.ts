import type { RuleView } from "../../../shared/model/consent.ts";

/** A rule that the person is moving: it stands at `to` already, and is saved when they are done. */
export interface Move {
  readonly id: string;
  readonly to: number;
}

/** The rules as they would stand after a move. */
export function moved<T extends Pick<RuleView, "id">>(rules: readonly T[], move: Move | null): readonly T[] {
  const from = rules.findIndex(({ id }) => id === move?.id);
  const rule = rules[from];
  if (move === null || rule === undefined || from === move.to) return rules;
  return rules.toSpliced(from, 1).toSpliced(move.to, 0, rule);
}

/** The move by some places from where the rule stands now; null when it is back where it was. */
export function step(
  rules: readonly Pick<RuleView, "id">[],
  move: Move | null,
  id: string,
  by: number,
): Move | null {
  const from = rules.findIndex((rule) => rule.id === id);
  if (from < 0) return move;
  const at = move?.id === id ? move.to : from;
  const to = Math.min(rules.length - 1, Math.max(0, at + by));
  return to === from ? null : { id, to };
}

/** The place that a pointer is over, by the middles of the rows from top to bottom. */
export const placeAt = (y: number, middles: readonly number[]): number =>
  middles.filter((middle) => middle < y).length;
