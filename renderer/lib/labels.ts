import type { Labels } from "../../shared/model/client.ts";

/** The labels to filter by; "" is any. */
export interface ChosenLabels {
  readonly environment: string;
  readonly team: string;
}
export const ANY_LABELS: ChosenLabels = { environment: "", team: "" };
export const LABEL_KEYS = ["environment", "team"] as const;

/** The values that some carry for a label, sorted, without repeats. */
export function labelValues(
  all: readonly { readonly labels: Labels }[],
  key: (typeof LABEL_KEYS)[number],
): string[] {
  const values = new Set(all.flatMap(({ labels }) => labels[key] ?? []));
  return [...values].sort((a, b) => a.localeCompare(b));
}

/** Whether something carries every chosen label. */
export const hasLabels = (labels: Labels, chosen: ChosenLabels): boolean =>
  LABEL_KEYS.every((key) => chosen[key] === "" || labels[key] === chosen[key]);
