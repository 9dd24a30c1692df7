/**
 * What the hub tells its guard, line by line over the guard's stdin:
 *   = INSTANCE              whom to guard, once, first
 *   + PID STARTTIME MARK [ENGINE]   a server's process was started; ENGINE: JSON in base64url, of a container's client
 *   - PID                   it and all its tree are gone
 *   bye                     the hub ends in order
 * The end of the stream without `bye` means that the hub is dead.
 */
import type { ContainerEngine } from "./containers.ts";
import type { ChildProcessRecord } from "./membership.ts";

/** The `=` line; `instance` holds no line break. */
export const introduction = (instance: string): string => `= ${instance}\n`;
/** The `+` line: said right after the start, before anything else can be asked of the process. */
export const addition = (child: ChildProcessRecord): string =>
  `+ ${[child.pid, child.startTime, child.mark, ...encoded(child.engine)].join(" ")}\n`;
const encoded = (engine: ContainerEngine | undefined): string[] =>
  engine === undefined ? [] : [Buffer.from(JSON.stringify(engine)).toString("base64url")];
/** The `-` line: said once the whole tree of `pid` is gone. */
export const removal = (pid: number): string => `- ${pid}\n`;
export const farewell = "bye\n";

/** The guard's knowledge, built from those lines. Lines that make no sense are passed over. */
export class GuardState {
  instance: string | undefined;
  orderly = false;
  readonly children = new Map<number, ChildProcessRecord>();
  #rest = "";

  /** Takes text as it arrives; an unfinished last line waits for its end. */
  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line.split(" "));
  }

  #line([kind, first = "", second = "", third = "", fourth]: string[]): void {
    const pid = Number(first);
    if (kind === "bye") this.orderly = true;
    else if (kind === "=" && first !== "") this.instance = first;
    else if (kind === "-") this.children.delete(pid);
    else if (
      kind === "+" &&
      Number.isInteger(pid) &&
      pid > 1 &&
      Number.isFinite(Number(second)) &&
      third !== ""
    ) {
      const engine = decoded(fourth);
      this.children.set(pid, {
        pid,
        startTime: Number(second),
        mark: third,
        ...(engine === undefined ? {} : { engine }),
      });
    }
  }
}

/** The hub is the only writer of these lines, over a pipe: what it says of an engine is taken as it stands. */
function decoded(text: string | undefined): ContainerEngine | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}
