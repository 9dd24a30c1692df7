import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A living process, as /proc tells it. Zombies are not living. */
export interface LivingProcess {
  readonly pid: number;
  readonly parent: number;
  /** The command line, its words joined with spaces. */
  readonly command: string;
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
};

/** Every living process that /proc shows (Linux; elsewhere none). */
export function livingProcesses(): LivingProcess[] {
  if (process.platform !== "linux") return [];
  const found: LivingProcess[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    // The name in parentheses may hold anything: what counts stands after the last one.
    const stat = readText(`/proc/${entry}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === undefined || state === "" || state === "Z" || state === "X") continue;
    const command = readText(`/proc/${entry}/cmdline`).split("\0").join(" ").trim();
    found.push({ pid: Number(entry), parent: Number(parent), command });
  }
  return found;
}

/** The living processes whose environment, command line or working directory contains the marker (Linux). */
export function processesWith(marker: string): LivingProcess[] {
  const cwd = (pid: number): string => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return "";
    }
  };
  return livingProcesses().filter(
    ({ pid, command }) =>
      pid !== process.pid &&
      (command.includes(marker) ||
        readText(`/proc/${pid}/environ`).includes(marker) ||
        cwd(pid).includes(marker)),
  );
}

/** A process and everything below it, without the branches whose top `leaveOut` names. The root always counts. */
export function processTree(root: number, leaveOut: (process: LivingProcess) => boolean): number[] {
  const living = livingProcesses();
  const tree = [root];
  for (const parent of tree) {
    for (const process of living) if (process.parent === parent && !leaveOut(process)) tree.push(process.pid);
  }
  return tree;
}
