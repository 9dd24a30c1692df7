export type Purpose = "electron" | "display" | "browser" | "keyring";
export interface Need {
  what: string;
  packages: string[];
}
/** What is missing on this machine for the named purposes; empty everywhere but on Linux. */
export function missingPackages(purposes: Purpose[]): Need[];
/** Installs it when this process may; else what is wrong and the one line to run. */
export function ensurePackages(
  missing: Need[],
  options?: { progress?: (line: string) => void },
): Promise<{ problem: string; line: string } | undefined>;
