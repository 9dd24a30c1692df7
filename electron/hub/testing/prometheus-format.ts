/**
 * A checker of Prometheus' text format (version 0.0.4), stricter than parsers, which take much that the format does not
 * allow. Throws an Error that quotes the line.
 */

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const META = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL},?)*)\\})? (\\S+)$`);
const TYPES = ["counter", "gauge", "histogram"];

/** One sample of a checked text. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly help: boolean;
  readonly type: string;
  readonly samples: Sample[];
}

/** Checks a whole text; gives the families by their names. */
export function checkExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  if (!text.isWellFormed()) throw new Error("the text is no Unicode");
  const families = new Map<string, Family>();
  let open: string | undefined;
  let helped: string | undefined;
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    const wrong = (what: string): never => {
      throw new Error(`${what}: ${line}`);
    };
    const [, kind, named = "", rest = ""] = META.exec(line) ?? [];
    if (kind === "HELP") {
      if (families.has(named) || named === helped) wrong("a second HELP, or one after its samples");
      if (/\\(?![\\n])/.test(rest)) wrong("an escape that there is not");
      helped = named;
    } else if (kind === "TYPE") {
      if (families.has(named)) wrong("a second TYPE");
      if (!TYPES.includes(rest)) wrong("a type that there is not");
      if ((rest === "counter") !== named.endsWith("_total"))
        wrong("a counter is named _total, nothing else is");
      families.set(named, { help: helped === named, type: rest, samples: [] });
      open = named;
    } else {
      const sample = sampleOf(line) ?? wrong("neither a sample nor HELP nor TYPE");
      const family = families.get(open ?? "") ?? wrong("a sample before every TYPE");
      const suffix = sample.name.slice((open ?? "").length);
      const fits =
        family.type === "histogram" ? ["_bucket", "_sum", "_count"].includes(suffix) : suffix === "";
      if (!sample.name.startsWith(open ?? "") || !fits) wrong(`a sample among those of ${open}`);
      if ("le" in sample.labels !== (suffix === "_bucket"))
        wrong("buckets have the label le, nothing else has");
      if (Number.isNaN(sample.value) || (family.type !== "gauge" && sample.value < 0))
        wrong("a value that cannot be");
      const key = keyOf(sample.name, sample.labels);
      if (seen.has(key)) wrong("the same series a second time");
      seen.add(key);
      family.samples.push(sample);
    }
  }
  for (const [name, family] of families) {
    if (!family.help) throw new Error(`${name} has no HELP right before its TYPE`);
    if (family.type === "histogram") checkHistogram(name, family.samples);
  }
  return families;
}

function sampleOf(line: string): Sample | undefined {
  const [, name, set = "", , , number = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = [...set.matchAll(new RegExp(LABEL, "g"))].map(
    ([, label = "", value = ""]): [string, string] => [
      label,
      value.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped)),
    ],
  );
  const labels = Object.fromEntries(pairs);
  if (Object.keys(labels).length < pairs.length || pairs.some(([label]) => label.startsWith("__")))
    return undefined;
  return { name, labels, value: Number(number.replace(/^([+-])Inf$/, "$1Infinity")) };
}

const keyOf = (name: string, labels: Sample["labels"]): string =>
  JSON.stringify([name, Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))]);

/** Each series of a histogram has ascending buckets up to +Inf, counts that only grow, a sum, and their count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, { buckets: Sample[]; sums: number; count: number | undefined }>();
  for (const sample of samples) {
    const { le, ...own } = sample.labels;
    const key = keyOf(name, own);
    const one = series.get(key) ?? { buckets: [], sums: 0, count: undefined };
    series.set(key, one);
    if (le !== undefined) one.buckets.push(sample);
    else if (sample.name.endsWith("_sum")) one.sums += 1;
    else one.count = sample.value;
  }
  for (const [key, { buckets, sums, count }] of series) {
    const ends = buckets.map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")));
    const grows = (values: readonly number[], strictly: boolean): boolean =>
      values.every((value, i) => i === 0 || (values[i - 1] ?? Number.NaN) < value + (strictly ? 0 : 1e-9));
    if (!grows(ends, true) || ends.at(-1) !== Number.POSITIVE_INFINITY)
      throw new Error(`the buckets of ${key} do not ascend up to +Inf`);
    if (
      !grows(
        buckets.map(({ value }) => value),
        false,
      )
    )
      throw new Error(`the buckets of ${key} do not add up`);
    if (sums !== 1 || count !== buckets.at(-1)?.value) throw new Error(`${key} lacks its sum, or its count`);
  }
}
