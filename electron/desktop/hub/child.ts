import { type ChildProcess, spawn } from "node:child_process";

/** One run of the hub's process, as its supervisor sees it. */
export interface HubChild {
  readonly pid: number | undefined;
  /** Hands a message over; one that cannot be delivered is dropped, the end follows anyway. */
  send(message: object): void;
  /** Closes the channel: the hub shuts down in order. */
  disconnect(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface HubChildEvents {
  message(message: unknown): void;
  /** Exactly once, last: how it ended, in words, with what it said last if it gave up by itself. */
  ended(how: string): void;
}

export type StartHubChild = (events: HubChildEvents) => HubChild;

export interface HubCommand {
  /** Plain Node 24, or in a packaged app the hub as one executable. */
  readonly command: string;
  /** Arguments before `serve`: the hub's script, or none. */
  readonly args: readonly string[];
}

const TAIL_BYTES = 4_096;

/** Starts hubs as child processes with an IPC channel; the channel makes this process their owner. */
export function hubChildStarter(
  { command, args }: HubCommand,
  home: string,
  env: NodeJS.ProcessEnv,
): StartHubChild {
  return (events) => {
    // spawn and not fork: Electron's fork would set ELECTRON_RUN_AS_NODE and hand its own flags on.
    const child = spawn(command, [...args, "serve", "--desktop", "--home", home], {
      env: hubEnvironment(env),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      windowsHide: true,
    });
    return wrap(child, events);
  };
}

function wrap(child: ChildProcess, events: HubChildEvents): HubChild {
  let tail = "";
  let over = false;
  const end = (how: string): void => {
    if (over) return;
    over = true;
    events.ended(how);
  };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-TAIL_BYTES);
  });
  child.on("message", (message) => {
    if (!over) events.message(message);
  });
  child.on("error", (error) => {
    if (child.pid === undefined) end(`it could not be started: ${error.message}`);
  });
  // "exit", not "close": a server that outlives the hub may hold its stderr open.
  child.on("exit", (code, signal) =>
    setImmediate(() => {
      if (signal !== null) end(`it was ended by ${signal}`);
      else if (code === 0) end("it ended by itself");
      else end(`it ended with code ${code}${lastLines(tail)}`);
    }),
  );
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => {});
    },
    disconnect() {
      if (child.connected) child.disconnect();
    },
    kill(signal) {
      child.kill(signal);
    },
  };
}

function lastLines(text: string): string {
  const lines = text.trim().split("\n").slice(-3).join("\n");
  return lines === "" ? "" : ` (${lines})`;
}

/** The environment of the hub: this process's, without what is meant for Electron or would change how Node runs. */
export function hubEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_|GATEHOUSE_NODE$|CHROME_DESKTOP$)/.test(name),
    ),
  );
}
