import { GatehouseError } from "../../../shared/errors.ts";
import type { CallSummary } from "../../../shared/model/call.ts";
import { RUN_PAUSE_MS, type RunDetail, type RunSummary } from "../../../shared/model/run.ts";
import { countPlaces, type Places, placesIn } from "../../core/runs/places.ts";
import { type Run, runsOf, stepsOf, summaryOfRun } from "../../core/runs/runs.ts";
import type { CallLog, CallQueryFilter, ClientQuery } from "../ports/storage.ts";

/** Calls that are looked through for a list at a time, and for one run at most. */
const LIST_CALLS = 4_000;
const RUN_CALLS = 5_000;
const PAGE = 1_000;
/** How much further is looked at a time for the begin and the end of a run, in milliseconds. */
const REACH_MS = 60 * 60_000;
/** Calls whose arguments are read, and of each so many bytes. */
const READ_CALLS = 500;
const READ_BYTES = 64 * 1024;
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

/** The run that a call is in, in full. Throws `not_found`. */
export async function readRun(log: Log, id: number): Promise<RunDetail> {
  const call = await log.get(id, 0);
  if (call === undefined) throw new GatehouseError("not_found", `there is no call ${id} in the log`);
  const { run, openStart, openEnd } = await around(log, call);
  const tools = run.calls.filter(({ method }) => method === "tools/call");
  const named: { tool: string; places: Places }[] = [];
  const wanted = tools.slice(0, READ_CALLS);
  for (let at = 0; at < wanted.length; at += READ_AT_ONCE)
    named.push(
      ...(await Promise.all(wanted.slice(at, at + READ_AT_ONCE).map((one) => placesOf(log, one)))).flat(),
    );
  return {
    ...summaryOfRun(run, openStart),
    steps: stepsOf(run),
    files: countPlaces(named.map(({ tool, places }) => ({ tool, places: places.files }))),
    hosts: countPlaces(named.map(({ tool, places }) => ({ tool, places: places.hosts }))),
    callIds: run.calls.map((one) => one.id),
    read: named.length + (run.calls.length - tools.length),
    openEnd,
  };
}

async function placesOf(log: Log, { id, tool }: CallSummary): Promise<{ tool: string; places: Places }[]> {
  const params = (await log.get(id, READ_BYTES))?.request;
  if (params === null || params === undefined || params.truncated) return [];
  try {
    const { arguments: given } = JSON.parse(params.text) as { arguments?: unknown };
    return [{ tool: tool ?? "", places: placesIn(given) }];
  } catch {
    return [];
  }
}

/** The run around a call: looked for further and further to both sides until a pause ends it. */
async function around(
  log: Log,
  call: CallSummary,
): Promise<{ run: Run; openStart: boolean; openEnd: boolean }> {
  const own: CallQueryFilter = {
    ...(call.client === null ? {} : { client: { names: [call.client], ids: [] } }),
    ...(call.session === null ? {} : { session: call.session }),
  };
  const between = async (since: number, until: number): Promise<{ calls: CallSummary[]; more: boolean }> => {
    const found = await read(log, { ...own, since, until }, RUN_CALLS, undefined);
    const isOwn = (one: CallSummary): boolean => one.client === call.client && one.session === call.session;
    return { calls: found.calls.filter(isOwn), more: found.more };
  };
  const start = Date.parse(call.startedAt);
  let since = start - REACH_MS;
  let until = start + REACH_MS;
  let found = await between(since, until);
  let calls = found.calls;
  for (;;) {
    const run = runsOf(calls).find((one) => one.calls.some(({ id }) => id === call.id));
    if (run === undefined) throw new GatehouseError("not_found", `call ${call.id} is no longer in the log`);
    const openStart = run.start - since <= RUN_PAUSE_MS;
    const openEnd = until - run.end <= RUN_PAUSE_MS && until < Date.now();
    if (found.more || calls.length >= RUN_CALLS || (!openStart && !openEnd))
      return { run, openStart, openEnd };
    if (openStart) {
      found = await between(since - REACH_MS, since);
      since -= REACH_MS;
    } else {
      found = await between(until, until + REACH_MS);
      until += REACH_MS;
    }
    calls = [...calls, ...found.calls];
  }
}
