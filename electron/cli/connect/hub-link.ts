import type { RunFile } from "../../../shared/contract.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { readHomeKey } from "../../hub/home/key.ts";
import type { HomeFiles } from "../../hub/home/paths.ts";
import { readRunFile } from "../../hub/home/run-file.ts";
import { HubAgent } from "./hub-agent.ts";
import { HubAway, openProven } from "./proof.ts";
import { sleep } from "./sleep.ts";

/** One run of the hub, proven. */
export interface HubRun {
  /** Another for every run. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly agent: HubAgent;
}

/** A hub that was started from here, until it is reached or has failed. */
export interface StartedHub {
  /** Why it ended; undefined while it runs. */
  readonly failure: () => GatehouseError | undefined;
  /** It runs, or is nobody's business any more. */
  forget(): void;
}

/** How long things may take, in milliseconds. */
export interface LinkTimes {
  /** Between two looks, when somebody waits and when nobody does. */
  readonly step: number;
  readonly idleStep: number;
  /** How long a hub that was there may be away (a restart, an update) before another is started. */
  readonly grace: number;
  /** How long run.json may name a living process that does not listen before a hub is started. */
  readonly silence: number;
}

const TIMES: LinkTimes = { step: 40, idleStep: 400, grace: 4_000, silence: 1_000 };

export interface ReachOptions {
  /** Starts a hub when none runs; else waits for one. */
  readonly start: boolean;
  /** When to give up, as Date.now() tells time. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** "silent": run.json names a living process, which does not listen. */
type Look = "found" | "silent" | "none" | GatehouseError;

/** Where the hub of a home is, from one run of it to the next. */
export class HubLink {
  readonly #files: Pick<HomeFiles, "home" | "runFile" | "keyFile">;
  readonly #start: () => StartedHub;
  readonly #times: LinkTimes;
  #run: HubRun | undefined;
  #looking: Promise<Look> | undefined;
  #started: StartedHub | undefined;
  #missingSince = Date.now();
  #wasThere = false;
  #startAgainAt = 0;

  constructor(
    files: Pick<HomeFiles, "home" | "runFile" | "keyFile">,
    start: () => StartedHub,
    times: Partial<LinkTimes> = {},
  ) {
    this.#files = files;
    this.#start = start;
    this.#times = { ...TIMES, ...times };
  }

  /** The running hub. Rejects with GatehouseError, with what kept a hub from starting if one was started, or aborts. */
  async reach({ start, until, signal }: ReachOptions): Promise<HubRun> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#run !== undefined) return this.#run;
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      const look = await this.#looking;
      if (look === "found") continue;
      if (start) this.#startWhenDue(look);
      if (Date.now() >= until)
        throw look instanceof GatehouseError
          ? look
          : notRunning(this.#files.home, this.#started !== undefined);
      await sleep(start ? this.#times.step : this.#times.idleStep, signal);
    }
  }

  /** This run of the hub does not answer any more. */
  lost(run: HubRun): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#missingSince = Date.now();
    run.agent.destroy();
  }

  close(): void {
    this.#run?.agent.destroy();
    this.#run = undefined;
    this.#started?.forget();
  }

  async #look(): Promise<Look> {
    const found = readRunFile(this.#files.runFile);
    if (found === undefined) return "none";
    try {
      const key = readHomeKey(this.#files.keyFile);
      if (key === undefined) return "none";
      const place = { host: hostOf(found), port: found.port, key };
      const agent = new HubAgent(place, await openProven(place));
      this.#run = { id: `${found.pid} ${found.startedAt}`, host: place.host, port: place.port, agent };
    } catch (error) {
      if (error instanceof HubAway) return "silent";
      if (error instanceof GatehouseError) return error;
      throw error;
    }
    this.#wasThere = true;
    this.#started?.forget();
    this.#started = undefined;
    return "found";
  }

  #startWhenDue(look: Exclude<Look, "found">): void {
    const { grace, silence } = this.#times;
    const failure = this.#started?.failure();
    if (failure !== undefined) {
      this.#started = undefined;
      // Somebody else was faster: that one will be reached, unless it is not what it seems.
      if (failure.code !== "hub_running") throw failure;
      if (look instanceof GatehouseError) throw look;
      this.#startAgainAt = Date.now() + silence;
    }
    if (this.#started !== undefined) return;
    const patience = this.#wasThere ? grace : look === "silent" ? silence : 0;
    if (Date.now() < Math.max(this.#missingSince + patience, this.#startAgainAt)) return;
    try {
      this.#started = this.#start();
    } catch (error) {
      throw new GatehouseError("hub_not_running", `the hub cannot be started: ${sentenceOf(error)}`, ADVICE);
    }
  }
}

const ADVICE = "Start it by hand to see what is wrong: gatehouse serve";

function notRunning(home: string, isStarting: boolean): GatehouseError {
  return new GatehouseError(
    "hub_not_running",
    isStarting ? `the hub on ${home} is still starting` : `no hub is running on ${home}`,
    isStarting ? "Try again in a moment." : ADVICE,
  );
}

function hostOf(run: RunFile): string {
  return URL.parse(run.url)?.hostname.replace(/^\[|\]$/g, "") ?? "127.0.0.1";
}
