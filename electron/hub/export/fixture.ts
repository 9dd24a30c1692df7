import type { CallDetail } from "../../../shared/model/call.ts";
import { FIXTURE_KIND } from "../../../shared/model/export.ts";
import { LIST_KINDS } from "../../core/catalog/kinds.ts";
import type { CatalogParts } from "../ports/storage.ts";
import { isWhole } from "./call-json.ts";

const decoder = new TextDecoder();

export interface FixtureText {
  readonly text: string;
  readonly calls: number;
  /** Calls that a mock cannot answer, and why. */
  readonly problems: readonly string[];
}

/**
 * Recorded calls as a fixture: what `gatehouse mock` serves. It holds the catalogues of the servers that were called,
 * as they are known now, and each call's params and answer, oldest first. All JSON stands in it as it was on the wire.
 */
export function fixtureOf(
  calls: readonly CallDetail[],
  catalogOf: (server: string) => CatalogParts | undefined,
  recordedAt: string,
): FixtureText {
  const problems: string[] = [];
  const usable = [...calls].sort((a, b) => a.id - b.id).filter((call) => isUsable(call, problems));
  const names = [...new Set(usable.map(({ server }) => server ?? ""))];
  const servers = names.map((name) => serverText(name, catalogOf(name)));
  const text = [
    `{"kind":${JSON.stringify(FIXTURE_KIND)},`,
    `"recordedAt":${JSON.stringify(recordedAt)},`,
    `"servers":[${servers.join(",\n")}],`,
    `"calls":[\n${usable.map(callText).join(",\n")}\n]}\n`,
  ].join("\n");
  return { text, calls: usable.length, problems };
}

function isUsable(call: CallDetail, problems: string[]): boolean {
  const why =
    call.server === null
      ? "it reached no server"
      : call.status === "denied" || call.status === "cancelled" || call.status === "timeout"
        ? `it was ${call.status === "timeout" ? "timed out" : call.status}, so there is no answer of the server`
        : [call.request, call.result, call.error].some((payload) => payload !== null && !isWhole(payload))
          ? "its payload was not recorded whole"
          : call.result === null && call.error === null
            ? "its answer was not recorded"
            : undefined;
  if (why !== undefined) problems.push(`call ${call.id} is left out: ${why}`);
  return why === undefined;
}

function serverText(name: string, parts: CatalogParts | undefined): string {
  const members = ["initialize" as const, ...LIST_KINDS].flatMap((part) => {
    const bytes = parts?.get(part);
    return bytes === undefined ? [] : [`"${part}":${decoder.decode(bytes)}`];
  });
  return `{${[`"name":${JSON.stringify(name)}`, ...members].join(",")}}`;
}

function callText(call: CallDetail): string {
  const answer = call.error === null ? `"result":${call.result?.text ?? "{}"}` : `"error":${call.error.text}`;
  const head = {
    server: call.server,
    method: call.method,
    target: call.tool,
    durationUs: call.times.upstream,
  };
  return `${JSON.stringify(head).slice(0, -1)},"params":${call.request?.text ?? "{}"},${answer}}`;
}
