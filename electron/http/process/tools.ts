import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { type ProcFiles, realProcFiles } from "./proc-net.ts";

/** What looking at processes and sockets needs of the machine; tests hand in their own. */
export interface SystemTools {
  readonly platform: NodeJS.Platform;
  readonly files: ProcFiles;
  /** Runs a program without a shell; its stdout, or a rejection. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** The user that this process runs as; `uid` is null on Windows. */
  user(): { readonly uid: number | null; readonly name: string };
}

/** PowerShell alone takes a second or two to start. */
const LONGEST_RUN = 10_000;

/** The machine itself. */
export const realTools: SystemTools = {
  platform: process.platform,
  files: realProcFiles,
  run: (program, args) =>
    new Promise((resolve, reject) => {
      execFile(program, [...args], { timeout: LONGEST_RUN, windowsHide: true }, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
    }),
  user() {
    const { uid, username } = userInfo();
    return { uid: uid < 0 ? null : uid, name: username };
  },
};
