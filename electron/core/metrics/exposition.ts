/** Metrics as Prometheus reads them (text-based exposition format, version 0.0.4). */

/** The content type of what `exposition` makes. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

/** One metric with its samples. Names of counters end with "_total". */
export type Family =
  | {
      readonly type: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
    }
  | {
      readonly type: "histogram";
      readonly name: string;
      readonly help: string;
      /** Upper bounds, ascending, without +Inf. */
      readonly bounds: readonly number[];
      readonly samples: readonly {
        readonly labels: Labels;
        /** How many values lie in each bucket, not cumulated; one more than there are bounds. */
        readonly counts: readonly number[];
        readonly sum: number;
      }[];
    };

/** Writes families, each with its HELP and TYPE. */
export function exposition(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    const { name, help, type } = family;
    lines.push(`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
    lines.push(`# TYPE ${name} ${type}`);
    if (family.type !== "histogram") {
      for (const { labels, value } of family.samples) lines.push(`${name}${set(labels)} ${number(value)}`);
      continue;
    }
    for (const { labels, counts, sum } of family.samples) {
      let total = 0;
      for (const [i, count] of counts.entries()) {
        total += count;
        const le = number(family.bounds[i] ?? Number.POSITIVE_INFINITY);
        lines.push(`${name}_bucket${set({ ...labels, le })} ${total}`);
      }
      lines.push(`${name}_sum${set(labels)} ${number(sum)}`, `${name}_count${set(labels)} ${total}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function set(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"').toWellFormed();

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
