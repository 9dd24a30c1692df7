import type { GatehouseError } from "../../shared/errors.ts";
import type { Diagnosis } from "../../shared/model/diagnosis.ts";
import type { RunningHub, StartOptions } from "../hub/main.ts";
import type { ConnectOptions } from "./connect/arguments.ts";
import type { Program } from "./connect/helper-process.ts";
import type { MockOptions } from "./mock/main.ts";

export type Paint = (text: string) => string;

/** Everything of the outside that the command line uses, so that tests can stand in for it. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Resolves when what was printed has left; false: nobody reads any more (`| head`). */
  readonly printed: () => Promise<boolean>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
  readonly cwd: string;
  readonly isTerminal: boolean;
  /** The whole of stdin, or undefined when it is a terminal. */
  readonly readInput: () => Promise<string | undefined>;
  /** The same in pieces, as they come; none when it is a terminal. */
  readonly input: () => AsyncIterable<Uint8Array>;
  /** One line typed at the terminal, which does not show it. */
  readonly readHidden: (prompt: string) => Promise<string>;
  readonly now: () => number;
  /** How this command is run, for those who run it again. */
  readonly program: Program;
  /** Bridges this process's streams to the hub until they end. */
  readonly connect: (options: ConnectOptions) => Promise<void>;
  /** Serves a recording on this process's streams until its input ends. */
  readonly mock: (options: MockOptions) => Promise<void>;
  /** Loads the hub's code: only when a hub is to run in this process. */
  readonly loadHub: () => Promise<{ startHub: (options: StartOptions) => Promise<RunningHub> }>;
  /** Loads what looks a home over that no hub can be started on. */
  readonly loadDoctor: () => Promise<{
    diagnoseHome: (home: string, why: GatehouseError) => Promise<Diagnosis>;
  }>;
  readonly process: ServeProcess;
}

/** What `serve` needs of its process. */
export interface ServeProcess {
  onSignal(listener: (signal: string) => void): () => void;
  exit(code: number): void;
  /** The channel to the desktop that has forked this process, if there is one. */
  readonly channel: DesktopChannel | undefined;
}

export interface DesktopChannel {
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): () => void;
  onDisconnect(listener: () => void): () => void;
}

/** Colours, only on a terminal and where NO_COLOR is not set. */
export function painter(
  io: Pick<Io, "isTerminal" | "env">,
): Record<"red" | "green" | "yellow" | "dim" | "bold", Paint> {
  const isOn = io.isTerminal && (io.env.NO_COLOR ?? "") === "" && io.env.TERM !== "dumb";
  const sgr =
    (on: number, off: number): Paint =>
    (text) =>
      isOn && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39), dim: sgr(2, 22), bold: sgr(1, 22) };
}
