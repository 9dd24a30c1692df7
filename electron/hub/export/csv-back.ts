import { armed, csvColumns } from "./csv.ts";

/** The columns that hold JSON, and those of times that JSONL has together. */
const PAYLOADS: ReadonlySet<string> = new Set(["request", "result", "error", "events"]);
const TIMES: Readonly<Record<string, string>> = {
  queueUs: "queue",
  consentUs: "consent",
  upstreamUs: "upstream",
  hubUs: "hub",
};
/** A call may lack them. */
const OPTIONAL: ReadonlySet<string> = new Set(["requestBytes", "resultBytes", "moreEvents"]);
const NUMBERS: ReadonlySet<string> = new Set(["id", "durationUs", ...OPTIONAL]);

/** Whether a text begins as `csv.ts` begins one. */
export const isCsvHead = (text: string): boolean =>
  text.startsWith(`${csvColumns[0]},${csvColumns[1]},`) ||
  text.startsWith(`"${csvColumns[0]}","${csvColumns[1]}"`);

/** The records of a CSV (RFC 4180), each as its cells; lines may end without a carriage return. */
export async function* csvRecords(texts: AsyncIterable<string>): AsyncGenerator<string[]> {
  let cells: string[] = [];
  let cell = "";
  let state: "plain" | "quoted" | "closed" = "plain";
  let begun = false;
  for await (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      if (state === "quoted") {
        const end = text.indexOf('"', at);
        cell += text.slice(at, end === -1 ? undefined : end);
        if (end === -1) break;
        at = end;
        state = "closed";
        continue;
      }
      const character = text[at];
      if (character === '"' && (state === "closed" || cell === "")) {
        // Two in a row are one that belongs to the text.
        if (state === "closed") cell += '"';
        state = "quoted";
        begun = true;
      } else if (character === "," || character === "\n") {
        cells.push(state === "plain" ? cell.replace(/\r$/, "") : cell);
        cell = "";
        state = "plain";
        begun = character === ",";
        if (character === "\n") {
          yield cells;
          cells = [];
        }
      } else if (state === "plain" || character !== "\r") {
        cell += character;
        begun = true;
      }
    }
  }
  if (begun || cells.length > 0) yield [...cells, cell.replace(/\r$/, "")];
}

/** A record as a line of a JSONL export. Throws an Error whose sentence says why it is none. */
export function lineOfCsv(names: readonly string[], cells: readonly string[]): string {
  if (cells.length !== names.length)
    throw new Error(`it has ${cells.length} cells, the first line ${names.length}`);
  const summary: Record<string, unknown> = {};
  const times: Record<string, number> = {};
  const payloads: string[] = [];
  for (const [index, name] of names.entries()) {
    const cell = cells[index] ?? "";
    const time = TIMES[name];
    if (PAYLOADS.has(name)) payloads.push(`${JSON.stringify(name)}:${payloadOf(armed(cell))}`);
    else if (time !== undefined) times[time] = numberOf(name, cell);
    else if (OPTIONAL.has(name) && cell === "") continue;
    else if (NUMBERS.has(name)) summary[name] = numberOf(name, cell);
    else summary[name] = cell === "" ? null : armed(cell);
  }
  return `${[JSON.stringify({ ...summary, times }).slice(0, -1), ...payloads].join(",")}}`;
}

function numberOf(name: string, cell: string): number {
  if (!/^\d+$/.test(cell)) throw new Error(`${name} must be a whole number`);
  return Number(cell);
}

/** A payload as the JSON that it was; null where there is none, or where it was cut. */
function payloadOf(cell: string): string {
  try {
    JSON.parse(cell);
    return cell.replaceAll(/[\r\n]/g, " ");
  } catch {
    return "null";
  }
}
