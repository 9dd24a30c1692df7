/** The Electron to run the desktop with: its executable and the arguments it needs here, or what is wrong. */
export function findElectron(options?: {
  progress?: (line: string) => void;
  env?: Record<string, string | undefined>;
}): Promise<{ path: string; args: string[] } | { problem: string; line: string }>;
