import { expect, test } from "vitest";
import { checkExposition } from "./prometheus-format.ts";

const good = [
  "# HELP a_total Calls\\nof all.",
  "# TYPE a_total counter",
  'a_total{x="a \\"b\\" \\\\ \\n"} 1',
  "# HELP h Seconds.",
  "# TYPE h histogram",
  'h_bucket{le="0.1"} 1',
  'h_bucket{le="+Inf"} 2',
  "h_sum 3.5",
  "h_count 2",
];

test("a text in order is taken, its labels read", () => {
  const families = checkExposition(`${good.join("\n")}\n`);
  expect(families.get("a_total")?.samples).toEqual([
    { name: "a_total", labels: { x: 'a "b" \\ \n' }, value: 1 },
  ]);
  expect([...families.values()].map(({ type }) => type)).toEqual(["counter", "histogram"]);
});

const faults: readonly [string, (lines: string[]) => string[]][] = [
  ["no TYPE", (lines) => lines.filter((line) => !line.startsWith("# TYPE a_total"))],
  ["no HELP", (lines) => lines.slice(1)],
  ["two TYPEs", (lines) => [...lines, "# TYPE h histogram"]],
  ["a counter without _total", (lines) => lines.map((line) => line.replaceAll("a_total", "a"))],
  ["a quote that is not escaped", (lines) => lines.with(2, 'a_total{x="a"b"} 1')],
  ["a line end in a label", (lines) => lines.with(2, 'a_total{x="a\nb"} 1')],
  ["the same series twice", (lines) => lines.toSpliced(3, 0, lines[2] ?? "")],
  ["the same label twice", (lines) => lines.with(2, 'a_total{x="a",x="b"} 1')],
  ["no number", (lines) => lines.with(2, "a_total one")],
  ["a sample among others'", (lines) => [...lines, "a_total 2"]],
  ["no +Inf", (lines) => lines.toSpliced(6, 1)],
  ["buckets that shrink", (lines) => lines.with(5, 'h_bucket{le="0.1"} 3')],
  ["buckets in disorder", (lines) => lines.with(5, lines[6] ?? "").with(6, lines[5] ?? "")],
  ["a count that is another", (lines) => lines.with(8, "h_count 3")],
  ["no sum", (lines) => lines.toSpliced(7, 1)],
  ["half a surrogate pair", (lines) => lines.with(2, 'a_total{x="\ud83d"} 1')],
];
test.each(faults)("%s is refused", (_, spoil) => {
  expect(() => checkExposition(`${spoil([...good]).join("\n")}\n`)).toThrow();
});
