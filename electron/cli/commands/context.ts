import { chooseHome } from "../../hub/home/paths.ts";
import { type Control, withHub } from "../control.ts";
import { safeJson } from "../escape.ts";
import { type Io, painter } from "../io.ts";

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly home: string;
  readonly paint: ReturnType<typeof painter>;
  /** Uses the running hub, or with "either" one in this process when none runs. */
  hub<T>(need: "running" | "either", use: (control: Control) => Promise<T>): Promise<T>;
  /** The one JSON document of `--json`. */
  json(value: unknown): void;
}

/** The context of a command on the home that was chosen. Throws `bad_usage`. */
export function createContext(io: Io, homeOption: string | undefined): Context {
  const home = chooseHome(homeOption, io);
  return {
    io,
    home,
    paint: painter(io),
    hub: (need, use) => withHub({ home, need, loadHub: io.loadHub }, use),
    json: (value) => io.out(`${safeJson(JSON.stringify(value))}\n`),
  };
}
