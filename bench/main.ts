/**
 * `npm run bench [-- --quick] [--only NAME,NAME] [--only-eras] [--only-connect] [--no-payloads] [--no-write]`: Gatehouse beside its
 * rivals, each in front of our echo server and of server-everything, in interleaved rounds, and its two eras beside each
 * other; the table goes to stdout and, unless it is a partial run, to docs/performance.md. `--only-eras` replaces
 * nothing there but the part of the eras, `--only-connect` that of `gatehouse connect`. `--history [--home DIR]` measures
 * a history of a million calls instead (history.ts).
 */
import { resolve } from "node:path";
import { measureConnect } from "./connect.ts";
import { eraRatios, measureEras } from "./eras.ts";
import { measureHistory } from "./history.ts";
import { historyTables } from "./history-report.ts";
import { measurePayloads } from "./payloads.ts";
import {
  connectTable,
  eraTable,
  medians,
  payloadTable,
  provenance,
  ratios,
  ratioTable,
  type Section,
  type Series,
  seriesTable,
  writeReport,
} from "./report.ts";
import { type Effort, FULL, measureOnce, QUICK, type Sample } from "./round.ts";
import { gatehouse, RIVALS, TARGETS } from "./targets/all.ts";
import { bare } from "./targets/bare.ts";
import { type Target, UPSTREAMS, type Upstream } from "./targets/target.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs the benchmark; resolves with the exit code (1 on wrong usage, or when a target could not be measured). */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--history")) return history(args);
  const only = args.includes("--only") ? (args[args.indexOf("--only") + 1] ?? "").split(",") : undefined;
  const targets = TARGETS.filter(
    ({ name }) => only === undefined || only.some((part) => name.toLowerCase().includes(part.toLowerCase())),
  );
  if (targets.length === 0) {
    say(`error: --only names no target; there are: ${TARGETS.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const effort = args.includes("--quick") ? QUICK : FULL;
  const command = `npm run bench${args.length > 0 ? ` -- ${args.join(" ")}` : ""}`;
  const mayWrite = effort === FULL && !args.includes("--no-write");
  const write = (section: Section, text: string): void => {
    writeReport(section, text);
    say("Written to docs/performance.md.");
  };
  const eras = async (): Promise<void> => {
    say("the two eras");
    const samples = await measureEras(effort);
    const ratioText = ratioTable(eraRatios(samples), "stateless client ÷ client with a session");
    const text = [provenance(command), eraTable(samples), ratioText].join("\n\n");
    process.stdout.write(`${text}\n`);
    if (mayWrite) write("eras", text);
  };
  const connect = async (): Promise<void> => {
    say("gatehouse connect");
    const text = [provenance(command), connectTable(await measureConnect())].join("\n\n");
    process.stdout.write(`${text}\n`);
    if (mayWrite) write("connect", text);
  };
  if (args.includes("--only-connect")) {
    await connect();
    return 0;
  }
  if (args.includes("--only-eras")) {
    await eras();
    return 0;
  }

  const ceiling = await rounds([bare], UPSTREAMS.slice(0, 1), effort);
  const client = medians(ceiling[0] ?? { samples: [] });
  say(
    `The load client's ceiling, against a bare node:http server: ${Math.round(client.callsPerSecond)} calls/s.`,
  );
  const series = await rounds(targets, UPSTREAMS, effort);
  const withPayloads = targets.includes(gatehouse) && !args.includes("--no-payloads");
  const payloads = withPayloads ? await measurePayloads(effort.rounds) : [];

  const text = report(series, ceiling, payloads, command);
  process.stdout.write(`${text}\n`);
  if (mayWrite && only === undefined && withPayloads) write("bench", text);
  if (targets.includes(gatehouse) && process.platform === "linux") {
    await eras();
    await connect();
  }
  return 0;
}

async function history(args: readonly string[]): Promise<number> {
  const home = args.includes("--home") ? args[args.indexOf("--home") + 1] : undefined;
  const quick = args.includes("--quick");
  const began = performance.now();
  const figures = await measureHistory(
    home === undefined ? undefined : resolve(home),
    quick ? 5 : 21,
    (text) => say(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${text}`),
  );
  const text = [provenance("npm run bench -- --history"), historyTables(figures)].join("\n\n");
  process.stdout.write(`${text}\n`);
  if (quick || args.includes("--no-write")) return 0;
  writeReport("history", text);
  say("Written to docs/performance.md.");
  return 0;
}

/** Every target in front of every upstream, once a round, so that a change of the machine's mood meets all alike. */
async function rounds(
  targets: readonly Target[],
  upstreams: readonly Upstream[],
  effort: Effort,
): Promise<Series[]> {
  const series = upstreams.flatMap((upstream) =>
    targets.map((target) => ({ target, upstream, samples: [] as Sample[] })),
  );
  for (let round = 1; round <= effort.rounds; round += 1) {
    for (const { target, upstream, samples } of series) {
      say(`round ${round} of ${effort.rounds}: ${target.name}, ${upstream.name}`);
      samples.push(await measureOnce(target, upstream, effort));
    }
  }
  return series.map(({ target, upstream, samples }) => ({
    target: target.name,
    upstream: upstream.name,
    samples,
  }));
}

function report(
  series: readonly Series[],
  ceiling: readonly Series[],
  payloads: Awaited<ReturnType<typeof measurePayloads>>,
  command: string,
): string {
  const parts = [provenance(command)];
  for (const { name } of UPSTREAMS) {
    const these = series.filter(({ upstream }) => upstream === name);
    parts.push(`### In front of ${name === "echo" ? "our echo server" : "server-everything"}`);
    parts.push(seriesTable(name === "echo" ? [...ceiling, ...these] : these));
    const ours = these.find(({ target }) => target === gatehouse.name);
    const rivals = these.filter(({ target }) => RIVALS.some((rival) => rival.name === target));
    if (ours !== undefined && rivals.length > 0) {
      parts.push(ratioTable(ratios(medians(ours), rivals.map(medians))));
    }
  }
  if (payloads.length > 0) parts.push("### Large results", payloadTable(payloads));
  return parts.join("\n\n");
}
