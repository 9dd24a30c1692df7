import { execFile } from "node:child_process";

/** Runs one of the system's own programs and resolves with its stdout. Rejects when it fails or takes too long. */
export type RunTool = (file: string, args: readonly string[]) => Promise<string>;

const LIMIT_MS = 10_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs it on this machine, for 10 seconds and 64 MB of output at most. */
export const runTool: RunTool = (file, args) =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: LIMIT_MS,
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
      // English month names, where PowerShell compiles, and no variable that could be taken for a server's.
      env: {
        LC_ALL: "C",
        TZ: process.env.TZ,
        SystemRoot: process.env.SystemRoot,
        TEMP: process.env.TEMP,
        TMP: process.env.TMP,
        USERPROFILE: process.env.USERPROFILE,
      },
    };
    execFile(file, args, options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
