import { GatehouseError } from "../../../shared/errors.ts";
import type { CallSummary } from "../../../shared/model/call.ts";
import { RUN_PAUSE_MS, type RunDetail, type RunSummary } from "../../../shared/model/run.ts";
import { countPlaces, type Places, placesInParams } from "../../core/runs/places.ts";
import { actorOf, type Run, runsOf, stepsOf, summaryOfRun } from "../../core/runs/runs.ts";
import type { CallLog, CallQueryFilter, ClientQuery } from "../ports/storage.ts";

/** Calls that are looked through for a list at a time, and for one run at most. */
const LIST_CALLS = 4_000;
const RUN_CALLS = 5_000;
const PAGE = 1_000;
/** How much further is looked at a time for the begin and the end of a run, and the least of it, in milliseconds. */
const REACH_MS = 60 * 60_000;
const LEAST_REACH_MS = 50;
/** What has arguments that name places, or names one itself. */
const NAMING = /^(?:tools\/call|prompts\/get|resources\/(?:read|subscribe))$/;
/** Calls whose arguments are read, of each so many bytes; and of all that are larger, together. */
const READ_CALLS = 500;
const READ_BYTES = 64 * 1024;
const LARGE_BYTES = 32 * 1024 * 1024;
const READ_AT_ONCE = 16;

type Log = Pick<CallLog, "list" | "get">;

/** Reads calls that fit, newest first, at most `most`; `more` when there are others. */
async function read(log: Log, filter: CallQueryFilter, most: number, before: number | undefined) {
  const calls: CallSummary[] = [];
  let more = true;
  let next = before;
  while (more && calls.length < most) {
    const page = await log.list(filter, Math.min(PAGE, most - calls.length), next);
    calls.push(...page.calls);
    next = page.calls.at(-1)?.id;
    more = page.more && next !== undefined;
  }
  return { calls, more };
}

/** The runs among the newest calls before `before`; `next` is where to go on, null at the end. */
export async function listRuns(
  log: Log,
  client: ClientQuery | undefined,
  before: number | undefined,
): Promise<{ runs: RunSummary[]; next: number | null }> {
  const { calls, more } = await read(log, client === undefined ? {} : { client }, LIST_CALLS, before);
  const oldest = calls.reduce((time, call) => Math.min(time, Date.parse(call.startedAt)), Date.now());
  const mayGoOn = ({ start }: Run): boolean => more && start - oldest <= RUN_PAUSE_MS;
  return {
    runs: runsOf(calls).map((run) => summaryOfRun(run, mayGoOn(run))),
    next: more ? (calls.at(-1)?.id ?? null) : null,
  };
}

/**
 * The run that a call is in, in full; `hostOf` is the host of a remote server, as it is configured now. Throws
 * `not_found`.
 */
export async function readRun(
  log: Log,
  id: number,
  hostOf: (server: string) => string | undefined,
): Promise<RunDetail> {
  const call = await log.get(id, 0);
  if (call === undefined) throw new GatehouseError("not_found", `there is no call ${id} in the log`);
  const { run, openStart, openEnd } = await around(log, call);
  const naming = run.calls.filter(({ method }) => NAMING.test(method));
  const named: Named[] = [];
  const wanted = naming.slice(0, READ_CALLS);
  const budget = { bytes: LARGE_BYTES };
  for (let at = 0; at < wanted.length; at += READ_AT_ONCE)
    named.push(
      ...(
        await Promise.all(wanted.slice(at, at + READ_AT_ONCE).map((one) => placesOf(log, one, budget)))
      ).flat(),
    );
  return {
    ...summaryOfRun(run, openStart),
    steps: stepsOf(run),
    files: countPlaces(named.map((one) => ({ ...one, places: one.places.files }))),
    hosts: countPlaces(hostsOf(run.calls, named, hostOf)),
    callIds: run.calls.map((one) => one.id),
    read: named.length + (run.calls.length - naming.length),
    openEnd,
  };
}

/** The hosts that calls named, and those of remote servers that they were sent to. */
function hostsOf(
  calls: readonly CallSummary[],
  named: readonly Named[],
  hostOf: (server: string) => string | undefined,
) {
  const byCall = new Map(named.map((one) => [one.id, one.places.hosts]));
  return calls.map((call) => {
    const denied = call.status === "denied";
    const own = call.server === null || denied ? undefined : hostOf(call.server);
    const hosts = new Set([...(own === undefined ? [] : [own]), ...(byCall.get(call.id) ?? [])]);
    return { tool: nameOf(call), denied, places: [...hosts] };
  });
}

const nameOf = ({ method, tool }: CallSummary): string => (method === "tools/call" ? (tool ?? "") : method);

/** What one call named. */
interface Named {
  readonly id: number;
  readonly tool: string;
  readonly denied: boolean;
  readonly places: Places;
}

/** Empty when the call's params are not there whole, or too large for what is left of the budget. */
async function placesOf(log: Log, call: CallSummary, budget: { bytes: number }): Promise<Named[]> {
  const { id, method, status } = call;
  let params = (await log.get(id, READ_BYTES))?.request;
  // What writes a file is large by the file's contents; which one it is still has to be told.
  if (params?.truncated && params.bytes <= budget.bytes) {
    budget.bytes -= params.bytes;
    params = (await log.get(id, params.bytes))?.request;
  }
  if (params === null || params === undefined || params.truncated) return [];
  try {
    const places = placesInParams(method, params.text);
    return [{ id, tool: nameOf(call), denied: status === "denied", places }];
  } catch {
    return [];
  }
}

/**
 * The run around a call: looked for further and further to both sides until a pause ends it, in steps that become
 * smaller where calls are many.
 */
async function around(
  log: Log,
  call: CallSummary,
): Promise<{ run: Run; openStart: boolean; openEnd: boolean }> {
  const own: CallQueryFilter = {
    ...(call.client === null ? {} : { client: { names: [call.client], ids: [] } }),
    ...(call.session === null ? {} : { session: call.session }),
  };
  const actor = actorOf(call);
  const start = Date.parse(call.startedAt);
  let since = start;
  let until = start;
  let calls: CallSummary[] = [];
  let reach = REACH_MS;
  /** Adds what is beside what was read; false where that is more than a run is looked through for. */
  const widen = async (back: boolean): Promise<boolean> => {
    for (; reach >= LEAST_REACH_MS; reach /= 4) {
      const span = back ? { since: since - reach, until: since } : { since: until, until: until + reach };
      const found = await read(log, { ...own, ...span }, RUN_CALLS - calls.length, undefined);
      if (found.more) continue;
      calls = [...calls, ...found.calls.filter((one) => actorOf(one) === actor)];
      if (back) since = span.since;
      else until = span.until;
      reach = Math.min(REACH_MS, reach * 2);
      return true;
    }
    return false;
  };
  await widen(false);
  for (;;) {
    const run = runsOf(calls).find((one) => one.calls.some(({ id }) => id === call.id)) ?? runOf(call);
    const openStart = run.start - since <= RUN_PAUSE_MS;
    const openEnd = until - run.end <= RUN_PAUSE_MS && until < Date.now();
    if ((!openStart && !openEnd) || !(await widen(openStart))) return { run, openStart, openEnd };
  }
}

/** A call alone: its neighbours are too many to be read. */
const runOf = (call: CallSummary): Run => ({
  calls: [call],
  start: Date.parse(call.startedAt),
  end: Date.parse(call.startedAt) + call.durationUs / 1_000,
});
